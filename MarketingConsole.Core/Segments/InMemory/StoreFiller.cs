using System.Linq.Expressions;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Writes the fields of a row into the store's columns: the same expressions the SQL filters are made of, compiled.</summary>
/// <param name="column">Name of a field's column.</param>
internal sealed class StoreFiller<T>(IReadOnlyList<RuleField> fields, Func<string, string> column)
{
    private readonly Action<TwinStore, int, T>[] _writers = [.. fields.Where(x => x.Read is not null).Select(x => Writer(x, column(x.Name)))];

    public void Fill(TwinStore store, int slot, T row)
    {
        foreach (var write in _writers)
        {
            write(store, slot, row);
        }
    }

    private static Action<TwinStore, int, T> Writer(RuleField field, string name)
    {
        switch (field.Read)
        {
            case Expression<Func<T, string?>> read:
                var text = read.Compile();
                return (store, slot, row) => store.Text(name)[slot] = text(row);
            case Expression<Func<T, double?>> read:
                var number = read.Compile();
                return (store, slot, row) => store.Number(name)[slot] = number(row);
            case Expression<Func<T, long?>> read:
                var cents = read.Compile();
                return (store, slot, row) => store.Whole(name)[slot] = cents(row);
            case Expression<Func<T, DateOnly?>> read:
                var date = read.Compile();
                return (store, slot, row) => store.Whole(name)[slot] = date(row) is { } day ? StoreFields.Day(day) : null;
            case Expression<Func<T, DateTime?>> read:
                var instant = read.Compile();
                return (store, slot, row) => store.Whole(name)[slot] = instant(row) is { } at ? Instants.Of(at) : null;
            default:
                throw new InvalidOperationException($"The store has no column for {field.Name}.");
        }
    }
}
