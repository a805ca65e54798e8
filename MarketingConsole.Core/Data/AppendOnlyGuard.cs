using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MarketingConsole.Core.Data;

/// <summary>Refuses every UPDATE and DELETE of the records that must stay as they were written: the consent ledger, consent rules,
/// proofs of erasure, the audit log and approvals. Only a statement tagged <see cref="Exempt"/> passes: erasing a person, undoing an import.</summary>
public sealed partial class AppendOnlyGuard : DbCommandInterceptor
{
    /// <summary>Query tag of the few statements that may remove such rows.</summary>
    public const string Exempt = "append-only: exempt";

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Check(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Check(command);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Check(command);
        return ValueTask.FromResult(result);
    }

    /// <summary>True for SQL that changes or removes an append-only row.</summary>
    public static bool Forbids(string sql) => !sql.StartsWith($"-- {Exempt}", StringComparison.Ordinal) && (Direct().IsMatch(sql) || Aliased().IsMatch(sql));

    private static void Check(DbCommand command)
    {
        if (Forbids(command.CommandText))
        {
            throw new InvalidOperationException("This record is append-only: it is never changed or removed.");
        }
    }

    private const string Tables = "(ConsentEntries|ConsentRules|Erasures|AuditEntries|CampaignApprovals)";

    [GeneratedRegex($"""\b(UPDATE|DELETE FROM)\s+["\[]?{Tables}\b""", RegexOptions.IgnoreCase)]
    private static partial Regex Direct();

    // SQL Server: DELETE FROM [c] FROM [ConsentEntries] AS [c]
    [GeneratedRegex($"""\b(UPDATE|DELETE FROM)\s+\[(?<alias>\w+)\][^;]*?\bFROM\s+\[{Tables}\] AS \[\k<alias>\]""", RegexOptions.IgnoreCase)]
    private static partial Regex Aliased();
}
