using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Access;

/// <param name="Locked">By an administrator or by too many wrong passwords.</param>
public sealed record AccountLine(int Id, string UserName, string DisplayName, string Role, bool Locked, bool TwoFactor, bool HasPassword, bool Sample, DateTime CreatedAt);

/// <param name="Errors">Empty when it was done.</param>
/// <param name="Token">For the address at which the person sets a password.</param>
public sealed record AccountResult(IReadOnlyList<FieldError> Errors, int Id = 0, string Token = "")
{
    public bool Succeeded => Errors.Count == 0;

    internal static AccountResult Fault(string field, string message) => new([new(field, message)]);
}

/// <summary>The people who may sign in. There is always an administrator who can.</summary>
public sealed class AccountService(IServiceScopeFactory scopes, IDbContextFactory<ConsoleDb> dbs, AuditLog audit, TimeProvider time)
{
    private static readonly DateTimeOffset ForGood = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SemaphoreSlim FirstLock = new(1, 1);

    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<AccountLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        return await (from user in db.Users.AsNoTracking()
                      orderby user.UserName
                      select new AccountLine(user.Id, user.UserName!, user.DisplayName,
                          (from link in db.UserRoles join role in db.Roles on link.RoleId equals role.Id where link.UserId == user.Id select role.Name).FirstOrDefault() ?? "",
                          user.LockoutEnd != null && user.LockoutEnd > now, user.TwoFactorEnabled, user.PasswordHash != null, user.Sample, user.CreatedAt)).ToListAsync(cancellationToken);
    }

    /// <summary>Creates the first account, an administrator; refused once there is any account.</summary>
    public async Task<AccountResult> CreateFirstAsync(string email, string name, string password, CancellationToken cancellationToken)
    {
        await FirstLock.WaitAsync(cancellationToken);
        try
        {
            return await AnyAsync(cancellationToken) ? AccountResult.Fault("", "There is an account already: sign in.") : await CreateAsync(email, name, Roles.Admin, password, email, cancellationToken);
        }
        finally
        {
            FirstLock.Release();
        }
    }

    /// <summary>Creates an account without a password; the person sets one at an address made of the token.</summary>
    public Task<AccountResult> InviteAsync(string email, string name, string role, string actor, CancellationToken cancellationToken) => CreateAsync(email, name, role, null, actor, cancellationToken);

    public Task<AccountResult> SetRoleAsync(int id, string role, string actor, CancellationToken cancellationToken) => ChangeAsync(id, async (users, user) =>
    {
        if (!Roles.All.Contains(role))
        {
            return AccountResult.Fault("role", $"The role must be one of {string.Join(", ", Roles.All)}.");
        }

        var current = await users.GetRolesAsync(user);
        if (role != Roles.Admin && current.Contains(Roles.Admin) && await IsLastAdminAsync(id, cancellationToken))
        {
            return AccountResult.Fault("role", "This is the last administrator who can sign in. Make somebody else one first.");
        }

        await users.RemoveFromRolesAsync(user, current);
        await users.AddToRoleAsync(user, role);
        await users.UpdateSecurityStampAsync(user); // open sessions end within a minute
        await audit.WriteAsync(actor, "account.role", $"account {id}", $"{string.Join(", ", current)} → {role}", cancellationToken);
        return new AccountResult([], id);
    });

    public Task<AccountResult> SetLockedAsync(int id, bool locked, string actor, CancellationToken cancellationToken) => ChangeAsync(id, async (users, user) =>
    {
        if (locked && user.UserName == actor)
        {
            return AccountResult.Fault("locked", "You cannot lock your own account.");
        }

        if (locked && await users.IsInRoleAsync(user, Roles.Admin) && await IsLastAdminAsync(id, cancellationToken))
        {
            return AccountResult.Fault("locked", "This is the last administrator who can sign in.");
        }

        await users.SetLockoutEnabledAsync(user, true);
        await users.SetLockoutEndDateAsync(user, locked ? ForGood : null);
        await users.ResetAccessFailedCountAsync(user);
        await users.UpdateSecurityStampAsync(user);
        await audit.WriteAsync(actor, locked ? "account.lock" : "account.unlock", $"account {id}", "", cancellationToken);
        return new AccountResult([], id);
    });

    /// <summary>A token with which the person sets a new password within a day.</summary>
    public Task<AccountResult> ResetAsync(int id, string actor, CancellationToken cancellationToken) => ChangeAsync(id, async (users, user) =>
    {
        if (user.Sample)
        {
            return AccountResult.Fault("", "A sample account has no password.");
        }

        await audit.WriteAsync(actor, "account.reset-link", $"account {id}", "", cancellationToken);
        return new AccountResult([], id, await users.GeneratePasswordResetTokenAsync(user));
    });

    /// <summary>Sets a password by a token of <see cref="InviteAsync"/> or <see cref="ResetAsync"/>.</summary>
    public Task<AccountResult> SetPasswordAsync(int id, string token, string password, CancellationToken cancellationToken) => ChangeAsync(id, async (users, user) =>
    {
        var result = await users.ResetPasswordAsync(user, token, password);
        if (result.Succeeded)
        {
            await audit.WriteAsync(user.UserName!, "account.password", $"account {id}", "by link", cancellationToken);
        }

        return new AccountResult(Errors(result), id);
    });

    private async Task<AccountResult> CreateAsync(string email, string name, string role, string? password, string actor, CancellationToken cancellationToken)
    {
        if (!Roles.All.Contains(role))
        {
            return AccountResult.Fault("role", $"The role must be one of {string.Join(", ", Roles.All)}.");
        }

        if (!System.Net.Mail.MailAddress.TryCreate(email, out var address) || address.Address != email)
        {
            return AccountResult.Fault("email", "Enter an e-mail address like ada@example.com.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
        var user = new ConsoleUser { UserName = email, Email = email, DisplayName = name.Trim(), CreatedAt = time.GetUtcNow().UtcDateTime };
        var result = password is null ? await users.CreateAsync(user) : await users.CreateAsync(user, password);
        if (!result.Succeeded)
        {
            return new AccountResult(Errors(result));
        }

        await users.AddToRoleAsync(user, role);
        await audit.WriteAsync(actor, "account.create", $"account {user.Id}", role, cancellationToken);
        return new AccountResult([], user.Id, password is null ? await users.GeneratePasswordResetTokenAsync(user) : "");
    }

    private async Task<AccountResult> ChangeAsync(int id, Func<UserManager<ConsoleUser>, ConsoleUser, Task<AccountResult>> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ConsoleUser>>();
        return await users.FindByIdAsync(id.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { } user ? await change(users, user) : AccountResult.Fault("id", "There is no such account.");
    }

    private async Task<bool> IsLastAdminAsync(int id, CancellationToken cancellationToken) =>
        !(await ListAsync(cancellationToken)).Any(x => x.Id != id && x.Role == Roles.Admin && !x.Locked && (x.HasPassword || x.Sample));

    private static IReadOnlyList<FieldError> Errors(IdentityResult result) =>
    [
        .. result.Errors.Where(x => x.Code != nameof(IdentityErrorDescriber.DuplicateUserName)).Select(x => x.Code switch
        {
            nameof(IdentityErrorDescriber.DuplicateEmail) => new FieldError("email", "There is already an account with this e-mail address."),
            nameof(IdentityErrorDescriber.InvalidToken) => new FieldError("", "This link has expired or was used. Ask your administrator for a new one."),
            _ => new FieldError(x.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "email", x.Description),
        }),
    ];
}
