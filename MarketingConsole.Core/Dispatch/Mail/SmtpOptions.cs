using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>How the connection to the mail server is secured.</summary>
public enum SmtpSecurity
{
    /// <summary>Plain text; for a server on this machine.</summary>
    None,

    /// <summary>STARTTLS when the server offers it.</summary>
    Opportunistic,

    /// <summary>STARTTLS or no mail.</summary>
    StartTls,

    /// <summary>TLS from the first byte (port 465).</summary>
    Tls,
}

/// <summary>Configuration section "Smtp". Without a host, messages go to the outbox folder.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";
    public string? Host { get; set; }
    public int Port { get; set; } = 587;
    public string? User { get; set; }
    public string? Password { get; set; }

    /// <summary>Sender's address.</summary>
    public string From { get; set; } = "news@example.com";
    public string? ReplyTo { get; set; }
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>False accepts any certificate; only for tests.</summary>
    public bool ValidateCertificate { get; set; } = true;

    /// <summary>Connections kept open at once: 1 to 64.</summary>
    public int Connections { get; set; } = 8;

    /// <summary>Messages sent over one connection before it is replaced; servers commonly allow 100 to 1000.</summary>
    public int MessagesPerConnection { get; set; } = 500;

    /// <summary>Longest wait for one answer of the server, in seconds.</summary>
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Tries for one message the server puts off (4xx) before it counts as failed.</summary>
    public int Tries { get; set; } = 5;

    /// <summary>Wait before the second try in seconds; doubles each time.</summary>
    public double RetrySeconds { get; set; } = 5;

    /// <summary>Name in EHLO; null = this machine's.</summary>
    public string? Hello { get; set; }

    public bool Configured => !string.IsNullOrWhiteSpace(Host);
}

/// <summary>Finds every fault of the section at once and names its key.</summary>
internal sealed class SmtpOptionsValidator : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var faults = new List<string>();
        void Check(bool good, string fault)
        {
            if (!good)
            {
                faults.Add(fault);
            }
        }

        Check(Mailbox.IsValid(options.From), "Smtp:From must be an e-mail address.");
        Check(options.ReplyTo is null || Mailbox.IsValid(options.ReplyTo), "Smtp:ReplyTo must be an e-mail address or be left out.");
        Check(options.Port is > 0 and < 65536, "Smtp:Port must be between 1 and 65535.");
        Check(options.Connections is >= 1 and <= 64, "Smtp:Connections must be between 1 and 64.");
        Check(options.MessagesPerConnection >= 1, "Smtp:MessagesPerConnection must be at least 1.");
        Check(options.TimeoutSeconds is >= 1 and <= 600, "Smtp:TimeoutSeconds must be between 1 and 600.");
        Check(options.Tries is >= 1 and <= 20, "Smtp:Tries must be between 1 and 20.");
        Check(options.RetrySeconds is > 0 and <= 3600, "Smtp:RetrySeconds must be above 0 and at most 3600.");
        Check(string.IsNullOrEmpty(options.User) == string.IsNullOrEmpty(options.Password), "Smtp:User and Smtp:Password must be given together.");
        Check(string.IsNullOrEmpty(options.User) || options.Security != SmtpSecurity.None || options.Host is "localhost" or "127.0.0.1" or "::1", "Smtp:Security must not be None when Smtp:User is given: the password would travel in the clear.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
