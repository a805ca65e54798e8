using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Twins;

internal static class TwinsEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapTwins(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var customers = api.MapGroup("/customers").WithTags("Customers").RequireAuthorization(Policies.Scope("customers:read"));
        customers.MapGet("", ListAsync).WithName("listCustomers").WithSummary("Customers with their twins' main figures: search, filters, sort, pages");
        customers.MapGet("/{keyOrId}", GetAsync).WithName("getCustomer").WithSummary("One customer's twin; the shop's own key is tried before the console's id");
        customers.MapGet("/{keyOrId}/timeline", TimelineAsync).WithName("getCustomerTimeline").WithSummary("What happened with a customer, newest first: orders, visits, messages, consents, segments");
    }

    private static async Task<Results<Ok<TwinList>, ValidationProblem>> ListAsync(TwinListService list, string? search, string? country, string? stage, string? value, string? seen, string? allows, string? sort, bool? ascending, int? page, int? pageSize, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        var filter = new TwinFilter
        {
            Search = search ?? "",
            Country = country,
            Stage = Read<LifecycleStage>("stage", stage),
            Value = Read<ValueBand>("value", value),
            Seen = Read<SeenBand>("seen", seen),
            Allows = Read<Purpose>("allows", allows),
            Sort = Read<TwinSort>("sort", sort) ?? TwinSort.Value,
            Ascending = ascending ?? false,
            Page = page ?? 1,
            PageSize = pageSize ?? 50,
        };
        if (filter.Page < 1)
        {
            errors["page"] = ["The first page is 1."];
        }

        if (filter.PageSize is < 1 or > TwinFilter.MaxPageSize)
        {
            errors["pageSize"] = [$"Must lie between 1 and {TwinFilter.MaxPageSize}."];
        }

        return errors.Count > 0 ? TypedResults.ValidationProblem(errors) : TypedResults.Ok(await list.ListAsync(filter, cancellationToken));

        T? Read<T>(string field, string? text) where T : struct, Enum
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            if (!int.TryParse(text, out _) && Enum.TryParse<T>(text, ignoreCase: true, out var choice))
            {
                return choice;
            }

            errors[field] = [$"One of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}."];
            return null;
        }
    }

    private static async Task<Results<Ok<TwinProfile>, ProblemHttpResult>> GetAsync(string keyOrId, TwinListService list, TwinProfileService profiles, CancellationToken cancellationToken) =>
        await list.FindAsync(keyOrId, cancellationToken) is { } id && await profiles.GetAsync(id, cancellationToken) is { } profile
            ? TypedResults.Ok(profile) : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "No customer has this key or id.");

    private static async Task<Results<Ok<TimelineResponse>, ValidationProblem, ProblemHttpResult>> TimelineAsync(string keyOrId, string? kind, int? take, TwinListService list, TwinHistory history, CancellationToken cancellationToken)
    {
        if (await list.FindAsync(keyOrId, cancellationToken) is not { } id)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "No customer has this key or id.");
        }

        var chosen = TimelineKind.All;
        if (kind is not null && (int.TryParse(kind, out _) || !Enum.TryParse(kind, ignoreCase: true, out chosen)))
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["kind"] = [$"One of {string.Join(", ", Enum.GetNames<TimelineKind>()).ToLowerInvariant()}."] });
        }

        if (take is < 1 or > TwinFilter.MaxPageSize)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["take"] = [$"Must lie between 1 and {TwinFilter.MaxPageSize}."] });
        }

        var (entries, more) = await history.NewestAsync(id, chosen, take ?? 50, cancellationToken);
        return TypedResults.Ok(new TimelineResponse(entries, more));
    }

    /// <param name="More">There are older entries: ask for more.</param>
    internal sealed record TimelineResponse(IReadOnlyList<TimelineEntry> Entries, bool More);
}
