using System.Globalization;
using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MarketingConsole.Access;

/// <summary>The parts of the OpenAPI document that hold for all endpoints: how to authenticate, the scope each needs, how errors look.</summary>
internal static class ApiDescription
{
    private const string Key = "apiKey", Bearer = "bearer";

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "MarketingConsole",
                Version = "v1",
                Description = "Everything the console's pages do. Send an API key as \"Authorization: Bearer mc_…\" or \"X-Api-Key\". Errors are problem details (RFC 9457); \"errors\" names the fields.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
                [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyHandler.Header, Description = "An API key." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Responses ??= [];
            AddError(operation.Responses, StatusCodes.Status429TooManyRequests, "Too many requests: wait as long as Retry-After says.");
            if (metadata.OfType<IAllowAnonymous>().Any())
            {
                return Task.CompletedTask;
            }

            var scopes = metadata.OfType<IAuthorizeData>().Where(x => x.Policy?.StartsWith(Policies.ScopePrefix, StringComparison.Ordinal) == true).Select(x => x.Policy![Policies.ScopePrefix.Length..]).ToList();
            operation.Security = [.. new[] { Bearer, Key }.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = scopes })];
            AddError(operation.Responses, StatusCodes.Status401Unauthorized, "No or an unknown API key.");
            AddError(operation.Responses, StatusCodes.Status403Forbidden, scopes.Count == 0 ? "The role does not allow this." : $"Needs the scope {string.Join(" and ", scopes)}.");
            return Task.CompletedTask;
        });
    }

    private static void AddError(OpenApiResponses responses, int status, string description) =>
        responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType() },
        });
}
