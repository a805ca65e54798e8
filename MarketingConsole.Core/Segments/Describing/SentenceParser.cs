namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Makes a rule of an English sentence, by grammar alone: the same sentence always gives the same rule.
/// <para>"And" binds tighter than "or"; brackets and "either … or" say otherwise. What cannot be understood is left out of the rule and named.</para></summary>
public sealed class SentenceParser
{
    public const int MaxLength = 2000;

    private const string Filler = "and?|also|please|show|find|list|give|get|select|target|me|all|of|the|a|an|our|my|us|any|every|each|who|that|which|where|whose|with|having|have|has|had|been|be|being|are|is|was|were|am|do|does|did|they|their|them|these|in|from|there|both|segment|audience|as|only? those|i|we|want|need|mean|but|yet|still|" + PersonClauses.People;
    private const string And = ", and/but/yet|and also|and|but|;|as well as|while|plus|yet|,", Or = ", or|or|, nor|nor|or else", Not = "not|never ever?|never yet?|without|no|neither of?|no longer", Except = ", but not those|but not those|except for? those?|excluding those?|, except for? those?|, excluding those?|other than those|leaving out|leave out|minus";
    private const string RuledOut = "What is ruled out here was not understood.", Next = "and|or|but|,|;|(|)|who|whose|that|which", Relative = "who|that|which|whose";

    /// <summary>Words that need a number to become a condition.</summary>
    internal const string Vague = "few|many|some|several|often|frequently|rarely|seldom|recently|lately|soon|young|old|older|younger|rich|loyal|good|bad|big|small|large|high|low|valuable|engaged|heavy|unlikely";

    private const int MaxDepth = 6; // what fails is read again outside, so that each level may double the work

    private readonly Cursor _cursor;
    private readonly EventClauses _events;
    private readonly FieldClauses _fields;
    private readonly PersonClauses _people;
    private readonly OtherClauses _others;
    private readonly HeldClauses _held;
    private int _depth;

    private SentenceParser(string sentence, ShopWords shop, DateOnly today)
    {
        _cursor = new Cursor(sentence);
        var (names, quantities) = (new ShopNames(shop), new Quantities(_cursor, shop.Currency));
        var periods = new Periods(_cursor, quantities, today);
        var values = new FieldValues(_cursor, quantities, periods, names);
        (_events, _fields, _people) = (new(_cursor, quantities, periods, names, values, shop.Zone), new(_cursor, values, shop), new(_cursor, quantities, values));
        _others = new(_cursor, quantities, names, _fields, _events, periods);
        _held = new(_cursor, quantities, () => Clause(false));
    }

    /// <param name="today">For "since March": the shop's day.</param>
    public static Proposal Parse(string sentence, ShopWords shop, DateOnly today)
    {
        var parser = new SentenceParser(sentence, shop, today);
        var rule = parser.Expression(closed: false);
        while (!parser._cursor.End)
        {
            parser.Miss(); // a bracket that was never opened
            rule = Join(GroupMatch.All, [.. new[] { rule, parser.Expression(closed: false) }.OfType<SegmentRule>()]);
        }

        return new Proposal(rule, parser._cursor.Missed(), parser._cursor.Notes);
    }

    /// <summary>Conditions with "and" and "or", up to the end, a closing bracket or an exception.</summary>
    private SegmentRule? Expression(bool closed)
    {
        var (any, all, except, mixed) = (new List<SegmentRule?>(), new List<SegmentRule>(), new List<SegmentRule>(), false);
        var (head, heads) = (default(int?), new List<int>()); // how many conditions stand before "who": "women who bought tea or viewed coffee" are women in both cases
        while (!_cursor.End && !(closed && _cursor.Sees(")")))
        {
            head ??= _cursor.Sees(Relative) ? all.Count : null;
            if (Excepted(except))
            {
            }
            else if (_cursor.Take(Or))
            {
                mixed |= all.Count - (any.Count == 0 ? head ?? 0 : 0) > 1;
                any.Add(Join(GroupMatch.All, all));
                heads.Add(any.OfType<SegmentRule>().Any() ? head ?? 0 : 0);
                (all, head) = ([], null);
            }
            else if (_cursor.Take(And))
            {
            }
            else if (Clause(false) is { } rule)
            {
                all.Add(rule);
            }
            else if (_cursor.Sees(")"))
            {
                break;
            }
            else if (!_cursor.Take(Filler))
            {
                Miss();
            }
        }

        any.Add(Join(GroupMatch.All, all));
        heads.Add(head ?? 0);
        var alternatives = any.OfType<SegmentRule>().ToList();
        if (alternatives.Count > 1 && any[0] is GroupRule { Match: GroupMatch.All } first && heads[0] is > 0 and var shared && shared < first.Rules.Count && heads.Skip(1).All(x => x == 0))
        {
            alternatives[0] = Join(GroupMatch.All, [.. first.Rules.Skip(shared)])!;
            except = [.. first.Rules.Take(shared), Join(GroupMatch.Any, alternatives)!, .. except];
            alternatives = [];
        }

        if (any.Count > 1 && (mixed || all.Count > 1))
        {
            _cursor.Note("“And” was taken to bind tighter than “or”; use brackets to say otherwise.");
        }

        return Join(GroupMatch.All, [.. new[] { Join(GroupMatch.Any, alternatives) }.OfType<SegmentRule>(), .. except]);
    }

    /// <summary>"but not those who …, or who …": what follows up to the end or the next exception is left out.</summary>
    private bool Excepted(List<SegmentRule> except)
    {
        var start = _cursor.At;
        if (!_cursor.Take(Except))
        {
            return false;
        }

        var behind = _cursor.At;

        var (any, all) = (new List<SegmentRule?>(), new List<SegmentRule>());
        while (!_cursor.End && !_cursor.Sees(")") && !_cursor.Sees(Except))
        {
            if (_cursor.Take(Or))
            {
                any.Add(Join(GroupMatch.All, all));
                all = [];
            }
            else if (!_cursor.Take(And))
            {
                if (Clause(false) is { } rule)
                {
                    all.Add(rule);
                }
                else if (!_cursor.Take(Filler))
                {
                    Miss();
                }
            }
        }

        any.Add(Join(GroupMatch.All, all));
        var left = any.OfType<SegmentRule>().ToList();
        if (left.Count > 0)
        {
            except.Add(GroupRule.None(left));
        }
        else
        {
            _cursor.Miss(start, behind, RuledOut);
        }

        return true;
    }

    private SegmentRule? Clause(bool not)
    {
        if (_cursor.End || _depth > MaxDepth)
        {
            return null;
        }

        _depth++;
        var held = _held.Before();
        _depth--;
        return held is not null ? not ? Negation.Of(held) : held : Condition(not) is { } rule ? _held.After(rule) : null;
    }

    private SegmentRule? Condition(bool not)
    {
        if (_cursor.Sees("("))
        {
            return _cursor.Try(Bracket) is { } inner ? not ? Negation.Of(inner) : inner : null;
        }

        if (_cursor.Sees("either/neither") && _cursor.Try(Either) is { } either)
        {
            return not ? Negation.Of(either) : either;
        }

        if (_events.Clause(not) is { } happened)
        {
            return happened;
        }

        if ((_people.Birthday() ?? _fields.Clause(not) ?? _people.Clause() ?? _others.Clause()) is { } rule)
        {
            return not ? Negation.Of(rule) : rule;
        }

        return not ? null : _cursor.Try(Negated);
    }

    /// <summary>"did not …", "who have never …", "without …".</summary>
    private SegmentRule? Negated()
    {
        _cursor.Take("who|that|which|they");
        _cursor.Take("do|does|did|have|has|had|are|is|was|were|with");
        if (!_cursor.Take(Not))
        {
            return null;
        }

        for (var fillers = 0; fillers < 4; fillers++)
        {
            if (Clause(true) is { } rule)
            {
                return rule;
            }

            if (_cursor.End || !_cursor.Take("been|be|have|had|are|is|in|from|those|who|a|an|any|the|yet|ever|even|customers|people|were|with"))
            {
                return null;
            }
        }

        return null;
    }

    private SegmentRule? Bracket()
    {
        _cursor.Take("(");
        _depth++;
        var rule = Expression(closed: true);
        _depth--;
        return _cursor.Take(")") || _cursor.End ? rule : null;
    }

    /// <summary>"either A, or B": up to where no "or" follows any more. "Neither A nor B": none of them.</summary>
    private SegmentRule? Either()
    {
        _depth++;
        var none = _cursor.Take("neither");
        _cursor.Take("either");
        var (any, all) = (new List<SegmentRule>(), new List<SegmentRule>());
        while (!_cursor.End)
        {
            var at = _cursor.At;
            if (Clause(false) is { } rule)
            {
                all.Add(rule);
            }
            else if (all.Count > 0 && _cursor.Take(Or))
            {
                any.Add(Join(GroupMatch.All, all)!);
                all = [];
            }
            else if (all.Count > 0 && any.Count > 0 && _cursor.Sees(And))
            {
                break; // the last one is a single condition
            }
            else if (_cursor.Sees(")") || _cursor.Sees(Except) || (!_cursor.Take(Filler) && !_cursor.Take(And)))
            {
                _cursor.At = at;
                break;
            }
        }

        _depth--;
        any.AddRange(new[] { Join(GroupMatch.All, all) }.OfType<SegmentRule>());
        return any.Count == 0 ? null : none ? GroupRule.None(any) : Join(GroupMatch.Any, any);
    }

    private void Miss()
    {
        var why = _cursor.Sees(Vague) ? "Say it in numbers: how many, how much, since when."
            : _cursor.Sees(Not + "|" + Except + "|except|excluding|outside") ? RuledOut : "Not understood. Say it another way, or add this condition by hand.";
        var start = _cursor.At++;
        if (why == RuledOut)
        {
            while (!_cursor.End && !_cursor.Sees(Next))
            {
                _cursor.At++; // without its "not" it would say the opposite
            }
        }

        _cursor.Miss(start, _cursor.At, why);
    }

    private static SegmentRule? Join(GroupMatch match, List<SegmentRule> rules) => rules.Count switch
    {
        0 => null,
        1 => rules[0],
        _ => new GroupRule { Match = match, Rules = [.. rules.SelectMany(x => x is GroupRule group && group.Match == match ? group.Rules : [x])] },
    };
}
