using System.Linq.Expressions;

namespace MarketingConsole.Core.Segments;

/// <summary>Puts filter expressions together without Invoke, so that every database provider can translate the whole.</summary>
internal static class Predicates
{
    public static Expression<Func<T, bool>> All<T>(IEnumerable<Expression<Func<T, bool>>> parts) => Join(parts, Expression.AndAlso, whenEmpty: true);

    public static Expression<Func<T, bool>> Any<T>(IEnumerable<Expression<Func<T, bool>>> parts) => Join(parts, Expression.OrElse, whenEmpty: false);

    public static Expression<Func<T, bool>> Not<T>(this Expression<Func<T, bool>> part) => Expression.Lambda<Func<T, bool>>(Expression.Not(part.Body), part.Parameters);

    /// <summary><paramref name="test"/> of what <paramref name="read"/> gives.</summary>
    public static Expression<Func<T, bool>> Then<T, TValue>(this Expression<Func<T, TValue>> read, Expression<Func<TValue, bool>> test) =>
        Expression.Lambda<Func<T, bool>>(new Replace(test.Parameters[0], read.Body).Visit(test.Body)!, read.Parameters);

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
