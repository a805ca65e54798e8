using System.Globalization;
using MarketingConsole.Core.Access;
using MarketingConsole.Ui;

namespace MarketingConsole.Home;

/// <summary>One thing to do, why, and where.</summary>
internal sealed record NextStep(string Icon, string Title, string Why, string Verb, string Href)
{
    /// <summary>What this person should do next, most urgent first, from the state of the shop.</summary>
    public static IReadOnlyList<NextStep> For(HomeState state, string role)
    {
        var steps = new List<NextStep>();
        steps.AddRange(state.ForMe.Select(x => new NextStep("check", $"Decide on “{x.Name}”", $"{x.ChangedBy} asks for your approval. Nothing is sent before.", "Review", $"/campaigns/{x.Id.ToString(CultureInfo.InvariantCulture)}")));
        steps.AddRange(state.Failed.Take(2).Select(x => new NextStep("alert", $"“{x.Title}” failed", "The log says why; what was not done can be tried again.", "See the log", $"/jobs/{x.Id.ToString(CultureInfo.InvariantCulture)}")));
        if (state.Filling is { } filling)
        {
            steps.Add(new("clock", "Your customers are on their way", "Look around meanwhile; every number grows until they are all here.", "Watch it", $"/jobs/{filling.Id.ToString(CultureInfo.InvariantCulture)}"));
        }
        else if (state.Customers == 0)
        {
            AddFirst(steps, state, role);
        }
        else
        {
            AddWork(steps, state, role);
        }

        return steps;
    }

    /// <summary>For a newcomer: the shop is empty.</summary>
    private static void AddFirst(List<NextStep> steps, HomeState state, string role)
    {
        steps.Add(new("upload", "Import your customers", "Twins are built from customers and what they did: a CSV of orders is enough to begin.", "Import data", "/imports"));
        if (role != Roles.Admin)
        {
            return;
        }

        steps.Add(new("shield", "Look at the consent rules", "They decide what may be done with personal data; the defaults follow the law where each customer lives.", "Open consent", "/consent"));
        AddColleagues(steps, state);
    }

    private static void AddColleagues(List<NextStep> steps, HomeState state)
    {
        if (state.People <= 1)
        {
            steps.Add(new("users", "Add your colleagues", "A campaign needs a second person to approve it.", "Add an account", "/accounts"));
        }
    }

    private static void AddWork(List<NextStep> steps, HomeState state, string role)
    {
        if (role == Roles.Admin && state.Emailable == 0)
        {
            steps.Add(new("shield", "No customer may get e-mail", "Under the consent rules in force nobody has allowed it. Import consents or look at the rules.", "Open consent", "/consent"));
        }

        if (role == Roles.Admin)
        {
            AddColleagues(steps, state);
        }

        if (!state.Model && !state.BuildingTwins && !state.Training && role != Roles.Marketer)
        {
            steps.Add(new("cpu", "Train the forecast", "It learns from your shop's own history who is likely to buy in the next 30 days.", "Open models", "/models"));
        }

        if (state.Segments == 0)
        {
            steps.Add(new("segments", "Define your first segment", $"Choose among {Format.Count(state.Customers, "twin")} by what they did and will likely do.", "New segment", "/segments/new"));
        }
        else if (state.Offers == 0)
        {
            steps.Add(new("tag", "Make an offer", "A campaign brings a segment an offer.", "Open offers", "/offers"));
        }
        else if (state.Campaigns == 0)
        {
            steps.Add(new("send", "Plan a campaign", $"{Format.Count(state.Segments, "segment")} and {Format.Count(state.Offers, "offer")} are ready for it.", "New campaign", "/campaigns/new"));
        }

        if (role != Roles.Manager)
        {
            steps.AddRange(state.Drafts.Take(3).Select(x => new NextStep("edit", $"Finish “{x.Name}”", "Your draft is not sent until someone else approves it.", "Continue", $"/campaigns/{x.Id.ToString(CultureInfo.InvariantCulture)}")));
        }

        if (role == Roles.Marketer && state.Lapsing > 0)
        {
            steps.Add(new("users", $"Win back {Format.Count(state.Lapsing, "customer")}", "They have stayed away for longer than is usual for them, and are not lost yet.", "See who", "/twins?stage=lapsing&allows=profiling"));
        }

        if (role == Roles.Manager && state.ForMe.Count == 0)
        {
            steps.Add(new("chart", "See how the shop is doing", "No campaign waits for you. Revenue, flows between stages and results are on the dashboard.", "Open insights", "/insights"));
        }
    }
}
