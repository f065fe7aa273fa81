namespace Slerp.Engine.Constraints.Shapes;

/// <summary>Finds which shapes have values at all, how deep the least deep one is, and how long a short one; then drops alternatives that have none.</summary>
/// <remarks>
/// A least fixed point by depth: round r settles everything that can be built from shapes of depth below r. What the rounds never settle has no
/// value within the depth limit; where they stop by themselves, it has no value at all.
/// </remarks>
internal sealed class ShapeSolver(IReadOnlyList<ValueShape> shapes, CompileBudget budget)
{
    /// <summary>Solves all shapes; returns whether the rounds ended by themselves, so that "no value" is proven.</summary>
    public bool Solve()
    {
        foreach (var shape in shapes)
        {
            if (shape.ScalarBytes() is { } bytes)
            {
                (shape.MinDepth, shape.WitnessBytes) = (0, Checked(bytes));
            }
        }

        var round = 1;
        while (round <= budget.Limits.ValueDepth && SettleRound(round))
        {
            round++;
        }

        foreach (var shape in shapes)
        {
            shape.Arrays = [.. shape.Arrays.Where(array => array.MinDepth != ValueShape.Never)];
            shape.Objects = [.. shape.Objects.Where(@object => @object.MinDepth != ValueShape.Never)];
            shape.Strings = [.. shape.Strings.Where(matcher => matcher.Witness is not null)];
            shape.Number = shape.Number?.Witness is null ? null : shape.Number;
        }

        return round <= budget.Limits.ValueDepth;
    }

    private bool SettleRound(int round)
    {
        var settled = false;
        var news = new List<(ValueShape Shape, long Bytes)>();
        foreach (var shape in shapes)
        {
            budget.Spend(1, "");
            var least = long.MaxValue;
            foreach (var array in shape.Arrays.Where(array => array.MinDepth == ValueShape.Never))
            {
                if (Bytes(array, round) is { } bytes)
                {
                    (array.MinDepth, array.WitnessBytes, settled) = (round, Checked(bytes), true);
                    least = Math.Min(least, bytes);
                }
            }

            foreach (var @object in shape.Objects.Where(@object => @object.MinDepth == ValueShape.Never))
            {
                if (Bytes(@object, round) is { } bytes)
                {
                    (@object.MinDepth, @object.WitnessBytes, settled) = (round, Checked(bytes), true);
                    least = Math.Min(least, bytes);
                }
            }

            if (least < long.MaxValue && shape.MinDepth == ValueShape.Never)
            {
                news.Add((shape, least));
            }
        }

        // Depths change between rounds only, so that a round sees exactly the shapes of smaller depth.
        foreach (var (shape, bytes) in news)
        {
            (shape.MinDepth, shape.WitnessBytes) = (round, bytes);
        }

        return settled;
    }

    private long? Bytes(ArrayShape array, int round)
    {
        if (array.Most < array.Least)
        {
            return null;
        }

        var bytes = 2L + array.Least;
        for (var index = 0; index < Math.Min(array.Prefix.Count, array.Least); index++)
        {
            budget.Spend(1, "");
            if (!IsSettled(array.Prefix[index], round))
            {
                return null;
            }

            bytes += array.Prefix[index].WitnessBytes;
        }

        var further = Math.Max(0L, (long)array.Least - array.Prefix.Count);
        if (further > 0 && !IsSettled(array.Rest, round))
        {
            return null;
        }

        return bytes + (further * array.Rest.WitnessBytes);
    }

    private long? Bytes(ObjectShape @object, int round)
    {
        if (@object.Most < Math.Max(@object.Least, @object.RequiredCount))
        {
            return null;
        }

        var bytes = 2L;
        var optional = new List<long>();
        budget.Spend(@object.Children.Count, "");
        for (var index = 0; index < @object.Children.Count; index++)
        {
            var child = @object.Children[index];
            var isSettled = IsSettled(child, round);
            var size = 4 + (2L * @object.Names[index].Count) + child.WitnessBytes;
            if (@object.IsRequired(index))
            {
                if (!isSettled)
                {
                    return null;
                }

                bytes += size;
            }
            else if (isSettled)
            {
                optional.Add(size);
            }
        }

        var further = @object.Least - @object.RequiredCount;
        if (further <= 0)
        {
            return bytes;
        }

        optional.Sort();
        bytes += optional.Take(further).Sum();
        further -= Math.Min(further, optional.Count);
        if (further > 0 && !IsSettled(@object.Additional, round))
        {
            return null;
        }

        return bytes + (further * (14L + @object.Additional.WitnessBytes));
    }

    private static bool IsSettled(ValueShape shape, int round) => shape.MinDepth < round;

    private long Checked(long bytes) => bytes <= budget.Limits.SmallestAnswerBytes
        ? bytes
        : throw CompileBudget.TooMuch("", null, $"the smallest value of one subschema has {bytes:N0} bytes; the limit is {budget.Limits.SmallestAnswerBytes:N0}. Lower minItems, minLength or minProperties.");
}
