using System.ComponentModel;
using System.Security.Claims;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;

namespace MarketingConsole.Consent;

internal static class ConsentEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapConsent(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var (read, write) = (Policies.Scope("consent:read"), Policies.Scope("consent:write"));
        var consent = api.MapGroup("/consent").WithTags("Consent");
        consent.MapGet("/rules", async (ConsentGate gate, CancellationToken c) => (await gate.RulesAsync(c)).Rules.OrderBy(x => x.Purpose).ThenBy(x => x.Jurisdiction, StringComparer.Ordinal))
            .RequireAuthorization(read).WithName("ConsentRules").WithSummary("The consent rules in force");
        consent.MapGet("/rules/history", (ConsentRuleBook book, CancellationToken c) => book.HistoryAsync(c)).RequireAuthorization(read).WithName("ConsentRuleHistory").WithSummary("All versions of all rules, newest first");
        consent.MapPost("/rules/preview", (RuleChange change, ConsentRuleBook book, CancellationToken c) => book.PreviewAsync(change, c)).RequireAuthorization(read).WithName("PreviewConsentRule").WithSummary("How many customers a change would free or bar");
        consent.MapPost("/rules", SaveAsync).RequireAuthorization(write).WithName("ChangeConsentRule").WithSummary("Makes a change the next version of its rule").Produces<RuleSaved>().ProducesValidationProblem();
        consent.MapPost("/rules/{id:int}/restore", RestoreAsync).RequireAuthorization(write).WithName("RestoreConsentRule").WithSummary("Makes an earlier version hold again, as a new version").Produces<RuleSaved>().ProducesValidationProblem();
        consent.MapGet("/coverage", (ConsentRuleBook book, CancellationToken c) => book.CoverageAsync(c)).RequireAuthorization(read).WithName("ConsentCoverage").WithSummary("Customers allowed by purpose and jurisdiction");

        var customers = api.MapGroup("/customers/{id:int}").WithTags("Customers");
        customers.MapGet("/consents", StatesAsync).RequireAuthorization(read).WithName("CustomerConsents").WithSummary("What a customer allows, or allowed at a past instant (asOf), why, and the ledger").Produces<CustomerConsentsResponse>().ProducesValidationProblem().ProducesProblem(404);
        customers.MapPost("/consents", RecordAsync).RequireAuthorization(Policies.Scope("customers:write")).WithName("RecordConsent").WithSummary("Appends what a customer said to a person, with proof").Produces(204).ProducesValidationProblem();
        customers.MapGet("/export", ExportAsync).RequireAuthorization(Policies.Scope("customers:read")).WithName("ExportCustomer").WithSummary("Everything known about one customer (GDPR articles 15 and 20)")
            .WithDescription("One array a table, named as in this document; instants in UTC, money in integer hundredths of \"currency\"; \"products\" resolves the product ids.").Produces<object>().ProducesProblem(404);
        var erase = Policies.Scope("customers:erase");
        customers.MapGet("/erase", PlanAsync).RequireAuthorization(erase).WithName("PlanErasure").WithSummary("What erasing the customer would delete").Produces<ErasurePlan>().ProducesProblem(404);
        customers.MapPost("/erase", EraseAsync).RequireAuthorization(erase).WithName("EraseCustomer").WithSummary("Erases one customer for good (GDPR article 17)").Produces<ErasurePlan>().ProducesValidationProblem().ProducesProblem(404);
    }

    private static async Task<IResult> SaveAsync(RuleChangeRequest request, ConsentRuleBook book, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Saved(await book.SaveAsync(new RuleChange(request.Purpose, request.Jurisdiction, request.Basis, request.RetentionDays, request.Version), request.Reason, Name(user), cancellationToken));

    private static async Task<IResult> RestoreAsync(int id, ConsentRuleBook book, ClaimsPrincipal user, CancellationToken cancellationToken) => Saved(await book.RestoreAsync(id, Name(user), cancellationToken));

    private static async Task<IResult> StatesAsync(int id, DateTimeOffset? asOf, ConsentLedger ledger, TimeProvider time, CancellationToken cancellationToken) =>
        asOf > time.GetUtcNow() ? Results.ValidationProblem(new Dictionary<string, string[]> { ["asOf"] = ["Must not be in the future."] })
        : await ledger.StatesAsync(id, asOf?.UtcDateTime, cancellationToken) is { } states ? Results.Ok(new CustomerConsentsResponse(states, await ledger.HistoryAsync(id, cancellationToken))) : NotFound(id);

    private static async Task<IResult> RecordAsync(int id, RecordConsentRequest request, ConsentLedger ledger, ClaimsPrincipal user, TimeProvider time, CancellationToken cancellationToken)
    {
        var entry = new HandEntry(id, request.Purpose, request.Granted, request.Source, request.Proof, (request.At ?? time.GetUtcNow()).UtcDateTime);
        var errors = await ledger.RecordAsync(entry, Name(user), cancellationToken);
        return errors.Count == 0 ? Results.NoContent() : Results.ValidationProblem(errors.ToDictionary());
    }

    private static async Task<IResult> ExportAsync(int id, CustomerExporter exporter, AuditLog audit, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (await exporter.ExportAsync(id, cancellationToken) is not { } export)
        {
            return NotFound(id);
        }

        await audit.WriteAsync(Name(user), "customer.export", $"customer {id}", "", cancellationToken);
        return Results.File(CustomerExporter.ToBytes(export), "application/json", $"customer-{id}.json");
    }

    private static async Task<IResult> PlanAsync(int id, CustomerEraser eraser, CancellationToken cancellationToken) => await eraser.PlanAsync(id, cancellationToken) is { } plan ? Results.Ok(plan) : NotFound(id);

    private static async Task<IResult> EraseAsync(int id, EraseRequest request, CustomerEraser eraser, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (await eraser.PlanAsync(id, cancellationToken) is not { } plan)
        {
            return NotFound(id);
        }

        if (request.Confirm != plan.Key)
        {
            return Results.ValidationProblem(new Dictionary<string, string[]> { ["confirm"] = [$"This {plan.Sentence}, for good. To confirm, send the customer's key."] });
        }

        return await eraser.EraseAsync(id, Name(user), cancellationToken) is { } done ? Results.Ok(done) : NotFound(id);
    }

    private static IResult Saved(RuleSaved saved) => saved.Version is null ? Results.ValidationProblem(saved.Errors.ToDictionary()) : Results.Ok(saved);

    private static IResult NotFound(int id) => Results.Problem($"There is no customer {id}.", statusCode: StatusCodes.Status404NotFound);

    private static string Name(ClaimsPrincipal user) => user.Identity!.Name!;
}

/// <param name="Version">Version the change is made from; 0 when there is no rule yet.</param>
internal sealed record RuleChangeRequest(Purpose Purpose, string Jurisdiction, ConsentBasis Basis, int? RetentionDays, int Version, string Reason);

internal sealed record RecordConsentRequest(Purpose Purpose, bool Granted, [property: Description("Telephone, In store, Letter, E-mail or Chat.")] string Source, string Proof, DateTimeOffset? At);

internal sealed record EraseRequest([property: Description("The customer's key.")] string Confirm);

internal sealed record CustomerConsentsResponse(IReadOnlyList<ConsentState> States, IReadOnlyList<ConsentEntry> Ledger);
