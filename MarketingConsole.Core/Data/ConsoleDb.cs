using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Tracking;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Core.Events.Touchpoints;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Webhooks;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Data;

/// <summary>The one model behind SQLite, SQL Server and PostgreSQL. Instants are UTC milliseconds, dates are day numbers, money is cents,
/// text compares by code point: all three databases store, compare and order alike.</summary>
public abstract class ConsoleDb(DbContextOptions options) : IdentityDbContext<ConsoleUser, IdentityRole<int>, int>(options)
{
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();
    public DbSet<IdCounter> IdCounters => Set<IdCounter>();
    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<CustomerTrait> CustomerTraits => Set<CustomerTrait>();
    public DbSet<CustomerIdentity> CustomerIdentities => Set<CustomerIdentity>();
    public DbSet<Event> Events => Set<Event>();
    public DbSet<EventItem> EventItems => Set<EventItem>();
    public DbSet<Product> Products => Set<Product>();
    public DbSet<Store> Stores => Set<Store>();
    public DbSet<Source> Sources => Set<Source>();
    public DbSet<Device> Devices => Set<Device>();
    public DbSet<StoreVisit> StoreVisits => Set<StoreVisit>();
    public DbSet<ZoneCount> ZoneCounts => Set<ZoneCount>();
    public DbSet<SeenReading> SeenReadings => Set<SeenReading>();
    public DbSet<CustomerMerge> CustomerMerges => Set<CustomerMerge>();
    public DbSet<TraitTimes> TraitTimes => Set<TraitTimes>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<ImportRejection> ImportRejections => Set<ImportRejection>();
    public DbSet<ImportChange> ImportChanges => Set<ImportChange>();
    public DbSet<Twin> Twins => Set<Twin>();
    public DbSet<TwinSimilarity> TwinSimilarities => Set<TwinSimilarity>();
    public DbSet<TrainedModel> TrainedModels => Set<TrainedModel>();
    public DbSet<Segment> Segments => Set<Segment>();
    public DbSet<SegmentMember> SegmentMembers => Set<SegmentMember>();
    public DbSet<SegmentMove> SegmentMoves => Set<SegmentMove>();
    public DbSet<SegmentSize> SegmentSizes => Set<SegmentSize>();
    public DbSet<SegmentWebhook> SegmentWebhooks => Set<SegmentWebhook>();
    public DbSet<SegmentFarewell> SegmentFarewells => Set<SegmentFarewell>();
    public DbSet<Offer> Offers => Set<Offer>();
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<CampaignApproval> CampaignApprovals => Set<CampaignApproval>();
    public DbSet<DispatchRecord> Dispatches => Set<DispatchRecord>();
    public DbSet<CampaignRun> CampaignRuns => Set<CampaignRun>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<TrackedLink> TrackedLinks => Set<TrackedLink>();
    public DbSet<ConsentRule> ConsentRules => Set<ConsentRule>();
    public DbSet<ConsentEntry> ConsentEntries => Set<ConsentEntry>();
    public DbSet<ConsentChoice> ConsentChoices => Set<ConsentChoice>();
    public DbSet<Suppression> Suppressions => Set<Suppression>();
    public DbSet<Erasure> Erasures => Set<Erasure>();
    public DbSet<ConsentSecret> ConsentSecrets => Set<ConsentSecret>();
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    public DbSet<JobLogLine> JobLogLines => Set<JobLogLine>();

    /// <summary>The collation under which this database compares text by code point.</summary>
    protected abstract string BinaryCollation { get; }

    private protected abstract DatabaseDialect Dialect { get; }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcMilliseconds>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<OffsetMilliseconds>();
        configurationBuilder.Properties<DateOnly>().HaveConversion<DayNumber>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(ConsoleDb).Assembly);
        ConsoleFunctions.Map(builder, Dialect);
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(x => x.GetProperties()).Where(x => x.ClrType == typeof(string)))
        {
            property.SetCollation(BinaryCollation);
        }
    }
}

public sealed class SqliteConsoleDb(DbContextOptions<SqliteConsoleDb> options) : ConsoleDb(options)
{
    protected override string BinaryCollation => "BINARY";
    private protected override DatabaseDialect Dialect => new SqliteDialect();
}

public sealed class PostgresConsoleDb(DbContextOptions<PostgresConsoleDb> options) : ConsoleDb(options)
{
    protected override string BinaryCollation => "C";
    private protected override DatabaseDialect Dialect => new PostgresDialect();
}

public sealed class SqlServerConsoleDb(DbContextOptions<SqlServerConsoleDb> options) : ConsoleDb(options)
{
    protected override string BinaryCollation => "Latin1_General_100_BIN2";
    private protected override DatabaseDialect Dialect => new SqlServerDialect();
}
