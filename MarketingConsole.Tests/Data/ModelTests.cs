using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace MarketingConsole.Tests.Data;

/// <summary>Holds the three providers' models together.</summary>
public sealed class ModelTests
{
    private static readonly ConsoleDb[] Contexts =
    [
        new SqliteConsoleDb(new DbContextOptionsBuilder<SqliteConsoleDb>().UseSqlite("Data Source=:memory:").Options),
        new PostgresConsoleDb(new DbContextOptionsBuilder<PostgresConsoleDb>().UseNpgsql("Host=localhost").Options),
        new SqlServerConsoleDb(new DbContextOptionsBuilder<SqlServerConsoleDb>().UseSqlServer("Server=localhost").Options),
    ];

    // What each kind of value is stored as; any other store type is a surprise.
    private static readonly Dictionary<Type, string[]> StoreTypes = new()
    {
        [typeof(long)] = ["INTEGER", "bigint", "bigint"],
        [typeof(int)] = ["INTEGER", "integer", "int"],
        [typeof(byte)] = ["INTEGER", "smallint", "tinyint"],
        [typeof(bool)] = ["INTEGER", "boolean", "bit"],
        [typeof(double)] = ["REAL", "double precision", "float"],
        [typeof(byte[])] = ["BLOB", "bytea", "varbinary(32)"],
    };

    public static TheoryData<int> All { get; } = [0, 1, 2];

    [Fact]
    public void Models_SideBySide_HaveSameTablesColumnsKeysAndIndexes()
    {
        var shapes = Contexts.Select(Shape).ToArray();
        Assert.NotEmpty(shapes[0]);
        Assert.Equal(shapes[0], shapes[1]);
        Assert.Equal(shapes[0], shapes[2]);
    }

    [Theory, MemberData(nameof(All))]
    public void Model_EveryColumn_IsStoredAsTheAgreedType(int provider)
    {
        var wrong = from property in Properties(Contexts[provider])
                    let mapping = property.GetRelationalTypeMapping()
                    let stored = mapping.Converter?.ProviderClrType ?? Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType
                    let type = Nullable.GetUnderlyingType(stored) ?? stored
                    where type == typeof(string) ? property.GetCollation() is null : !StoreTypes.TryGetValue(type, out var names) || names[provider] != mapping.StoreType
                    select $"{property.DeclaringType.DisplayName()}.{property.Name}: {type.Name} stored as {mapping.StoreType}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Model_EveryIndexedText_HasALengthSqlServerCanIndex()
    {
        var wrong = from entity in Contexts[2].Model.GetEntityTypes()
                    from properties in entity.GetIndexes().Select(x => x.Properties).Concat(entity.GetKeys().Select(x => x.Properties))
                    where properties.Where(x => x.ClrType == typeof(string)).Sum(x => x.GetMaxLength() ?? 10_000) * 2 > 1700
                    select $"{entity.DisplayName()}: {string.Join(", ", properties.Select(x => x.Name))}";
        Assert.Empty(wrong);
    }

    [Theory, MemberData(nameof(All))]
    public void Migrations_AgainstTheModel_HaveNothingLeftToAdd(int provider) =>
        Assert.False(Contexts[provider].Database.HasPendingModelChanges(), $"The migrations of {Contexts[provider].GetType().Name} are behind the model.");

    [Fact]
    public void SqlServerScript_Idempotent_CreatesEveryTableAndIndexOfTheModel()
    {
        var db = Contexts[2];
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        var model = db.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        Assert.All(model.Tables, table => Assert.Contains($"CREATE TABLE [{table.Name}]", script, StringComparison.Ordinal));
        Assert.All(model.Tables.SelectMany(x => x.Columns), column => Assert.Contains($"[{column.Name}] {column.StoreType}", script, StringComparison.Ordinal));
        Assert.All(model.Tables.SelectMany(x => x.Indexes), index => Assert.Contains($"INDEX [{index.Name}]", script, StringComparison.Ordinal));
        foreach (var migration in db.GetService<IMigrationsAssembly>().Migrations.Keys)
        {
            Assert.Contains($"WHERE [MigrationId] = N'{migration}'", script, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<IProperty> Properties(ConsoleDb db) => db.GetService<IDesignTimeModel>().Model.GetEntityTypes().SelectMany(x => x.GetProperties());

    private static string[] Shape(ConsoleDb db)
    {
        var model = db.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        return
        [
            .. model.Tables.OrderBy(x => x.Name, StringComparer.Ordinal).SelectMany(table => new[]
            {
                $"{table.Name} ({string.Join(", ", table.PrimaryKey!.Columns.Select(x => x.Name))})",
            }.Concat(table.Columns.OrderBy(x => x.Name, StringComparer.Ordinal).Select(x => $"{table.Name}.{x.Name} {(x.IsNullable ? "null" : "not null")} {x.PropertyMappings[0].Property.GetMaxLength()}"))
             .Concat(table.Indexes.OrderBy(x => x.Name, StringComparer.Ordinal).Select(x => $"{x.Name} unique={x.IsUnique} ({string.Join(", ", x.Columns.Select(c => c.Name))})"))),
        ];
    }
}
