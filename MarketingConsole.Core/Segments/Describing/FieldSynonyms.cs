namespace MarketingConsole.Core.Segments.Describing;

/// <summary>What fields are called besides their labels, as phrases of <see cref="Cursor"/>.</summary>
internal static class FieldSynonyms
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["country"] = "country of residence?",
        ["city"] = "city|town|home town",
        ["tier"] = "loyalty? tier|loyalty? level|loyalty status",
        ["language"] = "preferred? language",
        ["gender"] = "gender|sex",
        ["jurisdiction"] = "privacy law|jurisdiction",
        ["age"] = "age",
        ["birthDate"] = "birth date|date of birth|birthdate",
        ["signUp"] = "signup date?|registration date?|date of signup/registration|customer since",
        ["email"] = "email address|email",
        ["emailDomain"] = "email domain",
        ["phone"] = "phone number?|telephone number?|mobile number?",
        ["firstName"] = "first name",
        ["lastName"] = "last name|surname|family name",
        ["key"] = "customer key/number/id",
        ["stage"] = "lifecycle? stage",
        ["stageSince"] = "in this stage since|move to this stage|move into this/their stage",
        ["orders"] = "number of orders|order count",
        ["returns"] = "number of returns|return count",
        ["revenue"] = "total revenue|revenue|lifetime revenue|lifetime spend|total spend",
        ["revenue12Months"] = "revenue in/of the last/past 12/twelve months|revenue in/of the last/past year|annual revenue/spend|yearly revenue/spend",
        ["averageBasket"] = "average basket value?|basket value|average order value|average order",
        ["medianGap"] = "days between orders",
        ["firstOrder"] = "first order/purchase",
        ["lastOrder"] = "last/latest order/purchase|most recent order/purchase",
        ["lastSeen"] = "last seen|last visit|last activity",
        ["lastEmailOpen"] = "last email open/opened|last opened email",
        ["openRate"] = "email? open rate",
        ["clickRate"] = "email? click rate",
        ["topCategory"] = "favourite category|top category",
        ["topBrand"] = "favourite brand|top brand",
        ["topCategoryShare"] = "favourite category share|top category share|share of the? top category",
        ["topBrandShare"] = "favourite brand share|top brand share|share of the? top brand",
        ["topChannel"] = "favourite channel|preferred channel|top channel",
        ["chanceToBuy"] = "chance to buy|chance of buying|probability to buy|probability of buying|purchase probability|likelihood to buy|likelihood of buying|likelihood to purchase",
        ["churnRisk"] = "risk of churn|churn risk|risk of leaving|risk of churning|churn probability|risk to leave|risk to churn|churn score",
        ["offerUplift"] = "uplift|uplift by/from an? offer/offers|offer effect|effect of an? offer/offers|incremental effect",
        [RuleFields.Motivation] = "motivation|motive|main motive/motivation|strongest drive|main drive",
        ["dealDrive"] = "deal/deals/discount/bargain drive",
        ["noveltyDrive"] = "novelty drive",
        ["loyaltyDrive"] = "loyalty drive|brand loyalty",
        ["convenienceDrive"] = "convenience drive",
        ["giftDrive"] = "gift/gifts drive",
        ["qualityDrive"] = "quality drive",
        ["alive"] = "chance of ever buying again|chance to buy again",
        ["orders30"] = "expected orders in the? next? 30 days",
        ["orders90"] = "expected orders in the? next? 90 days",
        ["orders365"] = "expected orders in the? next? 365 days|expected orders in the? next? year",
        ["spend365"] = "expected spend in the? next? 365 days|expected spend in the? next? year|expected spend",
        ["lifetimeValue"] = "lifetime value|customer lifetime value|clv|ltv",
        ["nextOrderFrom"] = "next purchase/order|likely next purchase/order|expected next purchase/order",
        [RuleFields.Group] = "group|cluster",
    };

    /// <summary>Fields with all that they are called, the shop's own traits last.</summary>
    public static IReadOnlyList<(FieldRule Rule, string Phrases)> All(IReadOnlyList<string> customTraits) =>
    [
        .. RuleFields.Traits.Select(x => ((FieldRule)new TraitRule { Field = x.Name }, Phrases(x))),
        .. RuleFields.Twins.Select(x => ((FieldRule)new TwinRule { Field = x.Name }, Phrases(x))),
        .. customTraits.Where(x => Token.Words(x).Length > 0 && x.Length <= 64).Select(x => ((FieldRule)new TraitRule { Field = RuleFields.Custom + x }, Plain(x))),
    ];

    private static string Phrases(RuleField field) => Words.TryGetValue(field.Name, out var words) ? $"{Plain(field.Label)}|{words}" : Plain(field.Label);

    private static string Plain(string label) => string.Join(' ', Token.Words(label).Select(x => x.TrimEnd('?').Replace('/', ' ').Replace('|', ' ')));
}
