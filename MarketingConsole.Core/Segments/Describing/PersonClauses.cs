namespace MarketingConsole.Core.Segments.Describing;

/// <summary>What one says of people without naming a field: "women", "in Germany", "aged 30 to 45", "who signed up last month", "gold customers", "likely to buy".</summary>
internal sealed class PersonClauses(Cursor cursor, Quantities quantities, FieldValues values)
{
    public const string People = "customer/customers|people|person|persons|shopper/shoppers|client/clients|buyer/buyers|member/members|those|everyone|everybody|anyone|anybody|users|user|contacts|consumers|subscribers|twins";
    private const int Likely = 40, AtRisk = 50;

    private static readonly TraitRule Country = new() { Field = "country" }, City = new() { Field = "city" }, Tier = new() { Field = "tier" }, Age = new() { Field = "age" }, SignUp = new() { Field = "signUp" }, Language = new() { Field = "language" };

    private static readonly (string Words, string Code)[] Peoples =
    [
        ("german/germans", "DE"), ("austrian/austrians", "AT"), ("swiss", "CH"), ("french", "FR"), ("italian/italians", "IT"), ("british", "GB"), ("american/americans", "US"), ("spanish", "ES"), ("dutch", "NL"), ("belgian/belgians", "BE"),
        ("polish", "PL"), ("czech/czechs", "CZ"), ("danish", "DK"), ("swedish", "SE"), ("norwegian/norwegians", "NO"), ("irish", "IE"), ("portuguese", "PT"), ("canadian/canadians", "CA"),
    ];

    public SegmentRule? Clause() => cursor.Try<FieldRule>(Gender) ?? cursor.Try(Place) ?? cursor.Try(Group) ?? cursor.Try(Years) ?? cursor.Try(Joined) ?? cursor.Try(Seen) ?? cursor.Try(Scored) ?? cursor.Try(Persuadable) ?? cursor.Try(Driven) ?? cursor.Try(Speaks);

    private TraitRule? Gender()
    {
        var women = cursor.Take("women|woman|female/females|ladies|lady");
        return women || cursor.Take("men|man|male/males|gentlemen") ? new TraitRule { Field = "gender", Op = RuleOperator.Is, Value = values.Gender(women) } : null;
    }

    public SegmentRule? Birthday() => cursor.Try(Anniversary);

    private TraitRule? Anniversary()
    {
        var rule = new TraitRule { Field = "birthDate", Op = RuleOperator.AnniversaryIn };
        cursor.Take("whose|with|have|having|has|celebrating|celebrate|celebrates");
        cursor.Take("a|an|their");
        if (!cursor.Take("birthday/birthdays is/are?|birthday/birthdays coming up?|turn/turns a year older"))
        {
            return null;
        }

        return cursor.Take("is/are? today") ? rule with { Days = 1 } : cursor.Take("is/are? in/within/during/over the? next|in/within|coming up in|in the coming|falls in/within the? next?") && quantities.Days(one: true) is { } days ? rule with { Days = days } : null;
    }

    private FieldRule? Place()
    {
        var not = cursor.Take("outside of?|living outside of?|live/lives outside of?|based outside of?|not in/from");
        var living = cursor.Take("living/live/lives/lived/based/resident/located/residing in/from/near|residents of|coming/come/comes from");
        if (not || living || cursor.Take("in|from|of"))
        {
            return cursor.Try(() => values.OneOf(City, not)) ?? cursor.Try(() => values.OneOf(Country, not)) ?? (living ? cursor.Try(Town) : not ? null : cursor.Try(() => InGroup(true)));
        }

        foreach (var (words, code) in Peoples)
        {
            if (cursor.Take(words))
            {
                return Country with { Op = RuleOperator.Is, Value = code };
            }
        }

        return null;
    }

    /// <summary>A place the shop has no customers in: only where "living in" says that it is one.</summary>
    private TraitRule? Town()
    {
        var towns = new List<string>();
        do
        {
            var start = cursor.At;
            while (cursor.Is(TokenKind.Word) && char.IsUpper(cursor.Now.Text[0]))
            {
                cursor.At++;
            }

            if (cursor.At == start)
            {
                return null;
            }

            towns.Add(cursor.Raw(start, cursor.At));
        }
        while (cursor.Take("or|and|, or?"));
        cursor.Note($"{RuleSentence.List(towns, "and")}: taken for {(towns.Count == 1 ? "a city" : "cities")}; compare how your customers' addresses spell {(towns.Count == 1 ? "it" : "them")}.");
        return towns.Count == 1 ? City with { Op = RuleOperator.Is, Value = towns[0] } : City with { Op = RuleOperator.In, Values = towns };
    }

    private FieldRule? Group() => InGroup(false);

    /// <summary>Tiers and stages by their bare names: "gold or platinum customers", "in the gold tier", "lapsing".</summary>
    private FieldRule? InGroup(bool lead)
    {
        cursor.Take("the|a|an|tier|stage");
        var rule = cursor.Try(() => values.OneOf(Tier)) ?? cursor.Try(() => values.OneOf(new TwinRule { Field = "stage" })) ?? (cursor.Take("prospects") ? new TwinRule { Field = "stage", Value = "prospect" } : cursor.Take("won back") ? new TwinRule { Field = "stage", Value = "regained" } : null);
        cursor.Take("loyalty? tier/tiers|loyalty? level/levels|lifecycle? stage/stages|status");
        return rule is TwinRule && !lead && cursor.Sees("in/for/since the/last/past") ? null : rule; // "active in the last 30 days" is no stage
    }

    private FieldRule? Years()
    {
        if (cursor.Take("in their|in his/her") && quantities.Number() is { } decade && cursor.Take("s"))
        {
            return Age with { Op = RuleOperator.Between, Value = decade, To = (RuleValue)(decade + 9) };
        }

        var said = cursor.Take("aged|age|of age") || cursor.Sees("older/younger than");
        var start = cursor.At;
        var strict = said || !cursor.Sees("over|under|above|below");
        if (quantities.Compare(quantities.Number, said ? EventOperator.Exactly : null) is not { } compared)
        {
            cursor.At = start;
            return quantities.Number() is { } exact && cursor.Take("years old|year olds|year-olds") ? Age with { Op = RuleOperator.Is, Value = exact } : null;
        }

        var years = cursor.Take("years old|years of age|year olds|year-olds|year old|years|year-old");
        var alone = cursor.End || cursor.Sees("who|whose|that|in|from|living|with|and|or|but|,|)|;|" + People);
        return said || years || (!strict && alone) ? Age with { Op = compared.OfField, Value = compared.Value, To = compared.To is { } to ? new RuleValue(to) : default(RuleValue?) } : null;
    }

    private FieldRule? Joined() => cursor.Take("signed/sign up|signing up|joined|joining|registered|registering|enrolled|became a? customer/customers|new") ? values.Compare(SignUp) : null;

    private FieldRule? Seen() => cursor.Take("last seen|seen|last active|active|last visited|visited us") ? values.Compare(new TwinRule { Field = "lastSeen" }) : null;

    private FieldRule? Speaks() => cursor.Take("speaking|speak|speaks|who speak") ? cursor.Try(() => values.OneOf(Language)) : null;

    private FieldRule? Driven()
    {
        var motivation = new TwinRule { Field = RuleFields.Motivation };
        if (cursor.Take("bargain/deal hunters/hunter|bargain/deal seekers/seeker"))
        {
            return motivation with { Op = RuleOperator.Is, Value = "deals" };
        }

        return cursor.Take("driven/moved/motivated by") ? values.OneOf(motivation) : null;
    }

    private TwinRule? Persuadable()
    {
        var not = cursor.Take("not");
        if (!cursor.Take("persuadable/persuadables|persuaded by our? an? offer/offers|react/reacts/reacting/respond/responds/responding to our? an? offer/offers|an? offer/offers change/changes/persuades/persuade/convinces/convince|influenced by our? an? offer/offers|whose mind an? offer/offers change/changes"))
        {
            return null;
        }

        cursor.Note("“persuadable” is read as an offer uplift above 0: an offer makes them likelier to buy.");
        return new TwinRule { Field = "offerUplift", Op = not ? RuleOperator.AtMost : RuleOperator.Above, Value = 0d };
    }

    private FieldRule? Scored()
    {
        var start = cursor.At;
        var percent = quantities.Compare(quantities.Percent, EventOperator.AtLeast);
        if (percent is not null && cursor.Ahead(-1)!.Value.Word != "%")
        {
            cursor.At = start;
            percent = null;
        }

        var buy = cursor.Take("likely to buy/purchase/order soon/again?|likely buyers|likely to make a purchase");
        if (buy)
        {
            cursor.Take("in/within the? next? 30 days|in/within the? next month|soon");
        }
        else if (!cursor.Take("likely to churn/leave/lapse|likely to stay away|at risk of? leaving/churning?|likely to be lost"))
        {
            return null;
        }

        var rule = new TwinRule { Field = buy ? "chanceToBuy" : "churnRisk", Op = percent?.OfField ?? RuleOperator.AtLeast, Value = percent?.Value ?? (buy ? Likely : AtRisk) };
        if (percent is null)
        {
            cursor.Note(buy ? $"“likely to buy” is read as a chance of at least {Likely} % to buy within 30 days." : $"“likely to leave” is read as a risk of at least {AtRisk} % to stay away.");
        }

        return rule;
    }
}
