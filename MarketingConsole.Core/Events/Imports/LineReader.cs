namespace MarketingConsole.Core.Events.Imports;

/// <summary>Reads lines in constant memory: of a line longer than <see cref="MaxLength"/> the rest is dropped and the line marked.</summary>
internal sealed class LineReader(TextReader reader)
{
    public const int MaxLength = 64 * 1024;
    private readonly char[] _buffer = new char[32 * 1024];
    private readonly System.Text.StringBuilder _line = new();
    private int _at, _length;
    private bool _skipNewline;

    /// <summary>Lines read so far: the number of the last line returned.</summary>
    public long Number { get; private set; }

    /// <returns>null at the end; Cut when the line was too long.</returns>
    public (string Text, bool Cut)? Read()
    {
        _line.Clear();
        var (cut, any) = (false, false);
        while (true)
        {
            if (_at == _length && (_length = reader.ReadBlock(_buffer, _at = 0, _buffer.Length)) == 0)
            {
                return any ? Done(cut) : null;
            }

            if (_skipNewline && _buffer[_at] == '\n')
            {
                (_at, _skipNewline) = (_at + 1, false);
                continue;
            }

            (any, _skipNewline) = (true, false);
            var rest = _buffer.AsSpan(_at, _length - _at);
            var end = rest.IndexOfAny('\n', '\r');
            var part = end < 0 ? rest : rest[..end];
            var room = Math.Min(part.Length, MaxLength - _line.Length);
            cut |= room < part.Length;
            _line.Append(part[..room]);
            _at += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
            {
                _skipNewline = rest[end] == '\r';
                return Done(cut);
            }
        }
    }

    private (string, bool) Done(bool cut)
    {
        Number++;
        return (_line.ToString(), cut);
    }
}
