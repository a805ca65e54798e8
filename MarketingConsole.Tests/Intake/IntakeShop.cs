using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Intake;

/// <summary>A database that events are loaded into without HTTP and journal in between.</summary>
internal static class IntakeShop
{
    public static Task<TestDatabase> OpenAsync(DatabaseProvider provider, params (string Key, string Value)[] settings) =>
        TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c).AddCustomers(c).AddEvents(c).AddSingleton<AuditLog>(), settings);

    /// <summary>Loads calls as one batch, received now.</summary>
    public static Task<LoadedBatch> LoadAsync(this TestDatabase database, SourceKind kind, params string[] calls) =>
        database.Get<MessageLoader>().LoadAsync([.. Messages(kind, database.Time.Now, calls)], TestContext.Current.CancellationToken);

    public static IEnumerable<JournaledMessage> Messages(SourceKind kind, DateTime receivedAt, params string[] calls)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"batch":[{{string.Join(',', calls)}}]}""");
        var batch = IntakeBatch.Read(body, null, 1, kind, receivedAt, "EUR");
        Assert.Empty(batch.Refused);
        return IntakeBatch.Unpack(batch.Record!.Payload, "EUR");
    }
}
