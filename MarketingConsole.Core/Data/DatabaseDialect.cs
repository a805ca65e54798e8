using System.Data;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;

namespace MarketingConsole.Core.Data;

/// <summary>How one database writes what EF Core does not translate for all three.</summary>
internal abstract class DatabaseDialect
{
    public abstract RelationalTypeMapping Long { get; }
    public abstract RelationalTypeMapping Int { get; }
    protected abstract RelationalTypeMapping Double { get; }

    /// <summary>The text as it stands, which may be empty.</summary>
    protected abstract SqlExpression Scalar(SqlExpression json, SqlConstantExpression[] path);

    public SqlExpression JsonText(SqlExpression json, SqlConstantExpression[] path) => Function("NULLIF", typeof(string), json.TypeMapping, Scalar(json, path), Word("", json));

    public abstract SqlExpression JsonNumber(SqlExpression json, SqlConstantExpression[] path);

    /// <summary>The value under its value converter.</summary>
    public static SqlExpression Stored(SqlExpression value, RelationalTypeMapping mapping) => new SqlUnaryExpression(ExpressionType.Convert, value, mapping.ClrType, mapping);

    public static SqlConstantExpression[] Path(SqlExpression path) => path is SqlConstantExpression { Value: string names }
        ? [.. names.Split('.').Select(x => new SqlConstantExpression(x, path.TypeMapping))]
        : throw new InvalidOperationException("The path must be a constant of the query.");

    protected SqlExpression Number(SqlExpression text) => new SqlUnaryExpression(ExpressionType.Convert, text, typeof(double), Double);

    protected static SqlFunctionExpression Function(string name, Type type, RelationalTypeMapping? mapping, params IReadOnlyList<SqlExpression> arguments) =>
        new(name, arguments, nullable: true, arguments.Select(_ => false), type, mapping);

    protected static SqlConstantExpression Word(string word, SqlExpression like) => new(word, like.TypeMapping);

    /// <summary>"$.\"cart\".\"coupon\"".</summary>
    protected static SqlConstantExpression Joined(SqlConstantExpression[] path) => new("$." + string.Join('.', path.Select(x => $"\"{x.Value}\"")), path[0].TypeMapping);

    /// <summary>CASE <paramref name="kind"/> WHEN each word THEN its value END.</summary>
    protected static CaseExpression Case(SqlExpression kind, SqlExpression like, params IReadOnlyList<(string Kind, SqlExpression Value)> cases) =>
        new(kind, [.. cases.Select(x => new CaseWhenClause(Word(x.Kind, like), x.Value))]);
}

internal sealed class SqliteDialect : DatabaseDialect
{
    public override RelationalTypeMapping Long { get; } = new LongTypeMapping("INTEGER");
    public override RelationalTypeMapping Int { get; } = new IntTypeMapping("INTEGER");
    protected override RelationalTypeMapping Double { get; } = new DoubleTypeMapping("REAL");

    protected override SqlExpression Scalar(SqlExpression json, SqlConstantExpression[] path)
    {
        var value = Function("json_extract", typeof(string), json.TypeMapping, json, Joined(path));
        var text = new SqlUnaryExpression(ExpressionType.Convert, value, typeof(string), json.TypeMapping);
        return Case(Kind(json, path), json, ("text", value), ("integer", text), ("real", text), ("true", Word("true", json)), ("false", Word("false", json)));
    }

    public override SqlExpression JsonNumber(SqlExpression json, SqlConstantExpression[] path)
    {
        var number = Number(Function("json_extract", typeof(string), json.TypeMapping, json, Joined(path)));
        return Case(Kind(json, path), json, ("integer", number), ("real", number));
    }

    private static SqlFunctionExpression Kind(SqlExpression json, SqlConstantExpression[] path) => Function("json_type", typeof(string), json.TypeMapping, json, Joined(path));
}

internal sealed class PostgresDialect : DatabaseDialect
{
    private static readonly StringTypeMapping Json = new("json", DbType.String);

    public override RelationalTypeMapping Long { get; } = new LongTypeMapping("bigint", DbType.Int64);
    public override RelationalTypeMapping Int { get; } = new IntTypeMapping("integer", DbType.Int32);
    protected override RelationalTypeMapping Double { get; } = new DoubleTypeMapping("double precision", DbType.Double);

    protected override SqlExpression Scalar(SqlExpression json, SqlConstantExpression[] path)
    {
        var text = Text(json, path);
        return Case(Kind(json, path), json, ("string", text), ("number", text), ("boolean", text));
    }

    public override SqlExpression JsonNumber(SqlExpression json, SqlConstantExpression[] path) => Case(Kind(json, path), json, ("number", Number(Text(json, path))));

    private static SqlFunctionExpression Text(SqlExpression json, SqlConstantExpression[] path) => Function("json_extract_path_text", typeof(string), json.TypeMapping, [Parsed(json), .. path]);

    private static SqlFunctionExpression Kind(SqlExpression json, SqlConstantExpression[] path) =>
        Function("json_typeof", typeof(string), json.TypeMapping, Function("json_extract_path", typeof(string), Json, [Parsed(json), .. path]));

    private static SqlUnaryExpression Parsed(SqlExpression json) => new(ExpressionType.Convert, json, typeof(string), Json);
}

internal sealed class SqlServerDialect : DatabaseDialect
{
    public override RelationalTypeMapping Long { get; } = new LongTypeMapping("bigint", DbType.Int64);
    public override RelationalTypeMapping Int { get; } = new IntTypeMapping("int", DbType.Int32);
    protected override RelationalTypeMapping Double { get; } = new DoubleTypeMapping("float", DbType.Double);

    protected override SqlExpression Scalar(SqlExpression json, SqlConstantExpression[] path) => Function("JSON_VALUE", typeof(string), json.TypeMapping, json, Joined(path));

    public override SqlExpression JsonNumber(SqlExpression json, SqlConstantExpression[] path) =>
        new SqlFunctionExpression("TRY_CONVERT", [new SqlFragmentExpression("float"), Scalar(json, path)], nullable: true, [false, false], typeof(double), Double);
}
