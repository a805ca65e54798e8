using System.Linq.Expressions;

namespace MarketingConsole.Core.Segments;

/// <summary>Puts filter expressions together without Invoke, so that every database provider can translate the whole.</summary>
internal static class Predicates
{
    public static Expression<Func<T, bool>> All<T>(IEnumerable<Expression<Func<T, bool>>> parts) => Join(parts, Expression.AndAlso, whenEmpty: true);

    public static Expression<Func<T, bool>> Any<T>(IEnumerable<Expression<Func<T, bool>>> parts) => Join(parts, Expression.OrElse, whenEmpty: false);

    public static Expression<Func<T, bool>> Not<T>(this Expression<Func<T, bool>> part) => Expression.Lambda<Func<T, bool>>(Expression.Not(part.Body), part.Parameters);

    /// <summary><paramref name="next"/> of what <paramref name="read"/> gives.</summary>
    public static Expression<Func<T, TResult>> Then<T, TValue, TResult>(this Expression<Func<T, TValue>> read, Expression<Func<TValue, TResult>> next) =>
        Expression.Lambda<Func<T, TResult>>(new Replace(next.Parameters[0], read.Body).Visit(next.Body)!, read.Parameters);

    /// <summary><paramref name="make"/> of the row and what <paramref name="read"/> gives of it.</summary>
    public static Expression<Func<T, TResult>> With<T, TValue, TResult>(this Expression<Func<T, TValue>> read, Expression<Func<T, TValue, TResult>> make)
    {
        var body = new Replace(make.Parameters[0], read.Parameters[0]).Visit(make.Body)!;
        return Expression.Lambda<Func<T, TResult>>(new Replace(make.Parameters[1], read.Body).Visit(body)!, read.Parameters);
    }

    /// <summary>Puts a value in place of the second parameter, as a constant and not as a parameter of the statement.</summary>
    public static Expression<Func<T, TResult>> Bind<T, TValue, TResult>(this Expression<Func<T, TValue, TResult>> make, TValue value) =>
        Expression.Lambda<Func<T, TResult>>(new Replace(make.Parameters[1], Expression.Constant(value, typeof(TValue))).Visit(make.Body)!, make.Parameters[0]);

    private static Expression<Func<T, bool>> Join<T>(IEnumerable<Expression<Func<T, bool>>> parts, Func<Expression, Expression, Expression> join, bool whenEmpty)
    {
        var row = Expression.Parameter(typeof(T), "x");
        var bodies = parts.Select(x => new Replace(x.Parameters[0], row).Visit(x.Body)!).ToList();
        return Expression.Lambda<Func<T, bool>>(bodies.Count == 0 ? Expression.Constant(whenEmpty) : bodies.Aggregate(join), row);
    }

    private sealed class Replace(Expression from, Expression to) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == from ? to : base.Visit(node);
    }
}
