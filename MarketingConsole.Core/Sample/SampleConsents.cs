using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Sample;

/// <summary>What one sample customer allowed, refused and withdrew, as ledger lines.</summary>
internal sealed class SampleConsents
{
    // Purpose, share that says yes, share that says no; the rest stays silent.
    private static readonly (Purpose Purpose, double Yes, double No)[] Habits =
    [
        (Purpose.Email, .70, .12), (Purpose.Profiling, .80, .09), (Purpose.Sms, .30, .25), (Purpose.Push, .20, .15), (Purpose.InStore, .36, .2), (Purpose.AdSharing, .18, .35),
    ];

    private readonly SampleRows _rows;
    private readonly SamplePerson _person;
    private readonly List<ConsentEntry> _entries = [];

    public SampleConsents(SampleShop shop, SamplePerson person, Random random, SampleRows rows)
    {
        (_rows, _person) = (rows, person);
        var (customer, optOut) = (person.Customer, person.Customer.Jurisdiction == Jurisdictions.UnitedStates);
        foreach (var (purpose, yes, no) in Habits)
        {
            var at = random.NextDouble();
            if ((purpose == Purpose.Sms && customer.Phone is null) || (purpose == Purpose.Push && person.Habits.AppShare == 0) || (optOut && purpose is Purpose.Email or Purpose.Profiling && at < yes))
            {
                continue; // nothing to ask for, or silence is enough
            }

            if (at < yes + no)
            {
                Enter(purpose, at < yes, customer.CreatedAt.AddSeconds(40), purpose == Purpose.InStore ? "store terminal" : "sign-up form",
                    at < yes && purpose == Purpose.Email ? "double opt-in confirmed" : "form version 3");
            }

            var later = customer.CreatedAt.AddDays(20 + (random.NextDouble() * 900));
            if (at < yes && purpose != Purpose.Email && random.NextDouble() < .08 && later > shop.From && later < shop.Now)
            {
                Enter(purpose, false, later, "preferences page", "changed by the customer");
            }
        }
    }

    public bool InStore => Now(Purpose.InStore) == true;

    /// <summary>May e-mail be sent: yes where granted, or silent under an opt-out law.</summary>
    public bool Email => Now(Purpose.Email) ?? _person.Customer.Jurisdiction == Jurisdictions.UnitedStates;

    public void Unsubscribe(DateTime at) => Enter(Purpose.Email, false, at, "unsubscribe link", "List-Unsubscribe");

    public void Write()
    {
        _rows.Consents.AddRange(_entries);
        _rows.Choices.AddRange(_entries.GroupBy(x => x.Purpose).Select(g => g.MaxBy(x => x.At)!)
            .Select(x => new ConsentChoice { CustomerId = x.CustomerId, Purpose = x.Purpose, Granted = x.Granted, At = x.At }));
    }

    private bool? Now(Purpose purpose) => _entries.LastOrDefault(x => x.Purpose == purpose)?.Granted;

    private void Enter(Purpose purpose, bool granted, DateTime at, string source, string proof) =>
        _entries.Add(new ConsentEntry { CustomerId = _person.Customer.Id, Purpose = purpose, Granted = granted, At = at, Source = source, Proof = proof, RecordedBy = "sample", RecordedAt = at });
}
