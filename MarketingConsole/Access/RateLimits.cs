using System.Threading.RateLimiting;
using MarketingConsole.Core.Access;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Access;

internal static class RateLimits
{
    /// <summary>Policy for endpoints anyone may call: <c>.RequireRateLimiting(RateLimits.Public)</c>.</summary>
    public const string Public = "public";

    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<AccessOptions>>((limiter, access) =>
        {
            var limits = access.Value;
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                return ValueTask.CompletedTask;
            };
            limiter.AddPolicy(Public, http => PerMinute("public:" + Address(http), limits.PublicRequestsPerMinute));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => http.Request.Path switch
            {
                var path when HttpMethods.IsPost(http.Request.Method) && (path.StartsWithSegments("/sign-in", StringComparison.Ordinal) || path.StartsWithSegments("/first-run", StringComparison.Ordinal))
                    => PerMinute("sign-in:" + Address(http), limits.SignInsPerMinute),
                var path when path.StartsWithSegments("/api", StringComparison.Ordinal)
                    => PerMinute("api:" + (http.User.Identity?.Name ?? Address(http)), limits.ApiRequestsPerMinute),
                _ => RateLimitPartition.GetNoLimiter(""),
            });
        });
        return services;
    }

    private static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static RateLimitPartition<string> PerMinute(string key, int permits) => RateLimitPartition.GetSlidingWindowLimiter(key, _ => new()
    {
        PermitLimit = permits,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = 6,
    });
}
