using System.Net;
using System.Net.Sockets;

namespace MarketingConsole.Core.Data;

/// <summary>Keeps calls to addresses that people enter out of the shop's own network: looks at each address a name stands for, at the moment of connecting, so that a name cannot mean another one later.</summary>
public static class PublicAddress
{
    // IPv4 and IPv6 special-purpose registries, RFC 6890 and its updates.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(NotPublic, x => x.Contains(plain));
    }

    /// <summary>For an HTTP client: follows no redirects, uses no proxy, connects to public addresses only.</summary>
    /// <param name="anywhere">True = to private addresses, too.</param>
    public static SocketsHttpHandler Handler(bool anywhere) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false, // it would be the one to look names up
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, anywhere, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool anywhere, CancellationToken cancellationToken)
    {
        var addresses = (await Dns.GetHostAddressesAsync(to.Host, cancellationToken)).Where(x => anywhere || Is(x)).ToArray();
        if (addresses.Length == 0)
        {
            throw new PrivateAddressException($"{to.Host} stands for a private address; calls there are not allowed.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name or address leads into the shop's own network.</summary>
public sealed class PrivateAddressException(string message) : IOException(message);
