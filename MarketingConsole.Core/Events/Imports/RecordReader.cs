using System.Text;

namespace MarketingConsole.Core.Events.Imports;

/// <param name="Line">Number of the record's first line, from 1.</param>
/// <param name="Problem">Why the record cannot be used; null when it was read.</param>
public sealed record ImportRecord(long Line, string[] Fields, string Text, string? Problem = null);

/// <summary>Splits a file into records by RFC 4180, leniently: a quote counts only at the start of a field. Unlike a general CSV parser it recovers:
/// a quote that is never closed or a line without end costs that one line, not the rest of the file.</summary>
internal sealed class RecordReader(TextReader text, char delimiter)
{
    public const char Whitespace = ' ';
    private const int MaxLinesARecord = 200;
    private readonly LineReader _lines = new(text);
    private readonly LinkedList<(long Number, string Text, bool Cut)> _pushedBack = [];
    private readonly List<string> _fields = [];
    private readonly StringBuilder _field = new();

    public IEnumerable<ImportRecord> Read()
    {
        while (Next() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (line.Cut)
            {
                yield return new ImportRecord(line.Number, [], line.Text[..200], $"The line is longer than {LineReader.MaxLength:N0} characters.");
            }
            else if (delimiter == Whitespace)
            {
                yield return new ImportRecord(line.Number, line.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), line.Text);
            }
            else
            {
                yield return Record(line);
            }
        }
    }

    private ImportRecord Record((long Number, string Text, bool Cut) first)
    {
        var (raw, more) = (first.Text, new List<(long Number, string Text, bool Cut)>());
        while (!Split(raw))
        {
            var next = more.Count < MaxLinesARecord && raw.Length < LineReader.MaxLength ? Next() : null;
            if (next is not { Cut: false } line)
            {
                if (next is { } cut)
                {
                    more.Add(cut);
                }

                foreach (var back in Enumerable.Reverse(more))
                {
                    _pushedBack.AddFirst(back);
                }

                return new ImportRecord(first.Number, [], first.Text, "A quotation mark is opened and never closed.");
            }

            more.Add(line);
            raw += "\n" + line.Text;
        }

        return new ImportRecord(first.Number, [.. _fields], raw);
    }

    /// <returns>False when the text ends inside quotation marks.</returns>
    private bool Split(string raw)
    {
        _fields.Clear();
        for (var at = 0; ;)
        {
            if (at < raw.Length && raw[at] == '"')
            {
                _field.Clear();
                for (at++; ; at++)
                {
                    if (at >= raw.Length)
                    {
                        return false;
                    }

                    if (raw[at] != '"')
                    {
                        _field.Append(raw[at]);
                    }
                    else if (at + 1 < raw.Length && raw[at + 1] == '"')
                    {
                        _field.Append(raw[at++]);
                    }
                    else
                    {
                        at++;
                        break;
                    }
                }

                var tail = End(raw, at);
                _fields.Add(_field.Append(raw, at, tail - at).ToString());
                at = tail;
            }
            else
            {
                var end = End(raw, at);
                _fields.Add(raw[at..end]);
                at = end;
            }

            if (at >= raw.Length)
            {
                return true;
            }

            at++;
        }
    }

    private int End(string raw, int from) => raw.IndexOf(delimiter, from) is >= 0 and var end ? end : raw.Length;

    private (long Number, string Text, bool Cut)? Next()
    {
        if (_pushedBack.First is { } node)
        {
            _pushedBack.RemoveFirst();
            return node.Value;
        }

        return _lines.Read() is { } line ? (_lines.Number, line.Text, line.Cut) : null;
    }
}
