using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace MarketingConsole.Ui;

/// <summary>The page's state in its address. Read with the getters, write with <see cref="With"/>: empty values leave the address, so that it stays short.</summary>
public sealed class UrlState
{
    private readonly string _path;
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public UrlState(NavigationManager navigation)
    {
        ArgumentNullException.ThrowIfNull(navigation);
        var uri = new Uri(navigation.Uri);
        _path = uri.AbsolutePath;
        foreach (var (key, value) in QueryHelpers.ParseQuery(uri.Query))
        {
            _values[key] = value.ToString();
        }
    }

    private UrlState(UrlState from, IEnumerable<KeyValuePair<string, string?>> changes)
    {
        _path = from._path;
        foreach (var (key, value) in from._values)
        {
            _values[key] = value;
        }

        foreach (var (key, value) in changes)
        {
            if (string.IsNullOrEmpty(value))
            {
                _values.Remove(key);
            }
            else
            {
                _values[key] = value;
            }
        }
    }

    public string Text(string key, string fallback = "") => _values.GetValueOrDefault(key, fallback);

    public int Number(string key, int fallback = 0) => int.TryParse(Text(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : fallback;

    public bool Flag(string key) => Text(key) is "1" or "true";

    public DateOnly? Date(string key) => DateOnly.TryParseExact(Text(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value : null;

    public TEnum? Choice<TEnum>(string key) where TEnum : struct, Enum => Enum.TryParse<TEnum>(Text(key), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary>The address with one value changed; null or empty removes it. Any change but that of "page" goes back to the first page.</summary>
    public UrlState With(string key, object? value) => With((key, value));

    public UrlState With(params (string Key, object? Value)[] changes)
    {
        var texts = changes.Select(x => KeyValuePair.Create(x.Key, Written(x.Value)));
        return new(this, changes.Any(x => x.Key == "page") ? texts : texts.Prepend(KeyValuePair.Create("page", (string?)null)));
    }

    private static string? Written(object? value) => value switch
    {
        bool flag => flag ? "1" : null,
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    public override string ToString() => QueryHelpers.AddQueryString(_path, _values.Select(x => KeyValuePair.Create(x.Key, (string?)x.Value)));
}
