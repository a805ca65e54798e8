using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Twins;
using MarketingConsole.Ui;
using Microsoft.AspNetCore.Components;

namespace MarketingConsole.Twins;

/// <summary>The list of twins; its whole state is in the address.</summary>
public sealed partial class TwinsPage
{
    private static readonly string[] Cards = ["stage", "value", "seen", "chance"];
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(200);
    private TwinFilter _filter = new();
    private IReadOnlyList<TwinColumn> _columns = [];
    private IReadOnlyList<(string Value, string Label)> _countries = [];
    private TwinList? _page;
    private string? _error, _loaded;
    private string _search = "";
    private bool _loading;
    private int _typed;

    [SupplyParameterFromQuery(Name = "q")] public string? Search { get; set; }
    [SupplyParameterFromQuery] public string? Country { get; set; }
    [SupplyParameterFromQuery] public string? Stage { get; set; }
    [SupplyParameterFromQuery] public string? Value { get; set; }
    [SupplyParameterFromQuery] public string? Seen { get; set; }
    [SupplyParameterFromQuery] public string? Allows { get; set; }
    [SupplyParameterFromQuery] public string? Sort { get; set; }
    [SupplyParameterFromQuery] public string? Asc { get; set; }
    [SupplyParameterFromQuery] public string? Page { get; set; }
    [SupplyParameterFromQuery] public string? Columns { get; set; }

    private static (string, string)[] Stages { get; } = [.. Enum.GetNames<LifecycleStage>().Select(x => (x.ToLowerInvariant(), x))];

    private static (string, string)[] Purposes { get; } = [.. Enum.GetValues<Purpose>().Select(x => (x.ToString().ToLowerInvariant(), TwinTimeline.PurposeName(x)))];

    private static (string, string)[] Values { get; } = [("none", "nothing"), ("under100", "under 100"), ("from100to500", "100 to 500"), ("from500to2000", "500 to 2,000"), ("over2000", "over 2,000")];

    private static (string, string)[] Seens { get; } = [("week", "in the last 7 days"), ("month", "in the last 30 days"), ("quarter", "in the last 90 days"), ("year", "in the last 365 days"), ("longer", "longer ago"), ("never", "never")];

    private static (string, string)[] Sorts { get; } = [("name", "name"), ("orders", "orders"), ("lastseen", "last seen"), ("chance", "chance")];

    protected override void OnInitialized() => Listen<TwinsChanged>(_ => LoadAsync());

    protected override async Task OnParametersSetAsync()
    {
        var url = new UrlState(Navigation);
        if (url.ToString() == _loaded)
        {
            return;
        }

        _loaded = url.ToString();
        var sort = url.Choice<TwinSort>("sort") ?? TwinSort.Value;
        _search = _typed == 0 ? url.Text("q") : _search;
        _columns = TwinColumns.Of(Columns);
        _filter = new TwinFilter
        {
            Search = url.Text("q"),
            Country = url.Text("country") is { Length: 2 } country ? country.ToUpperInvariant() : null,
            Stage = url.Choice<LifecycleStage>("stage"),
            Value = url.Choice<ValueBand>("value"),
            Seen = url.Choice<SeenBand>("seen"),
            Allows = url.Choice<Purpose>("allows"),
            Sort = sort,
            Ascending = url.Text("asc") is { Length: > 0 } asc ? asc == "1" : sort == TwinSort.Name,
            Page = Math.Max(1, url.Number("page", 1)),
        };
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var token = NewLoad();
        _loading = true;
        try
        {
            if (_countries.Count == 0)
            {
                _countries = [.. (await List.CountriesAsync(token)).Select(x => (x, x))];
            }

            var page = await List.ListAsync(_filter, token);
            token.ThrowIfCancellationRequested();
            (_page, _error, _loading) = (page, null, false);
        }
        catch (OperationCanceledException)
        {
            // a newer load or another page replaced this one
        }
        catch (System.Data.Common.DbException)
        {
            (_error, _loading) = ("The database did not answer. Nothing is lost: try again in a moment.", false);
        }
    }

    private async Task TypeAsync(ChangeEventArgs e)
    {
        _search = e.Value as string ?? "";
        var mine = ++_typed;
        await Task.Delay(TypingPause, Gone);
        if (mine == _typed)
        {
            Go(typing: true);
            _typed = 0;
        }
    }

    /// <param name="typing">A word in the making is no step to go back to.</param>
    private void Go(bool typing, params (string, object?)[] changes) =>
        Navigation.NavigateTo(new UrlState(Navigation).With([.. changes, ("q", _search.Trim())]).ToString(), replace: typing);

    private void Go(params (string, object?)[] changes) => Go(typing: false, changes);

    private void Toggle(TwinColumn column)
    {
        var shown = TwinColumns.All.Where(x => _columns.Contains(x) != (x == column)).Select(x => x.Key);
        var keys = string.Join(',', shown);
        Go(("columns", keys == TwinColumns.Default ? null : keys));
    }

    private string SortHref(TwinSort sort)
    {
        var natural = sort == TwinSort.Name;
        var ascending = _filter.Sort == sort ? !_filter.Ascending : natural;
        return new UrlState(Navigation).With(("sort", sort == TwinSort.Value ? null : sort.ToString().ToLowerInvariant()), ("asc", ascending == natural ? null : ascending ? "1" : "0")).ToString();
    }

    private string? SortOf(TwinSort sort) => _filter.Sort == sort ? _filter.Ascending ? "ascending" : "descending" : null;
}
