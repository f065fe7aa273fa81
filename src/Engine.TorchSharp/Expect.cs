using System.Runtime.CompilerServices;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.TorchSharp;

/// <summary>Refuses arguments that do not fit before anything is written: the seam's law, and the only safe order with libtorch.</summary>
internal static class Expect
{
    /// <summary>Throws with <paramref name="what"/> where a condition does not hold.</summary>
    public static void That(bool holds, string verb, [InterpolatedStringHandlerArgument(nameof(holds))] RefusalMessage what)
    {
        if (!holds)
        {
            throw new ArgumentException($"{verb}: {what.ToString()}");
        }
    }

    /// <summary>The tensor, of that shape and of this backend.</summary>
    public static TorchTensor Shaped(string verb, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Rows != rows || tensor.Columns != columns)
        {
            throw new ArgumentException($"{verb}: {name} is [{tensor.Rows}, {tensor.Columns}]; expected [{rows}, {columns}].");
        }

        return Own(tensor);
    }

    /// <summary>The tensor, of this backend.</summary>
    public static TorchTensor Own(Tensor tensor) =>
        tensor as TorchTensor ?? throw new ArgumentException($"The tensor belongs to another backend ({tensor.GetType().Name}).", nameof(tensor));

    /// <summary>The matrix, of this backend and loaded for this use.</summary>
    public static TorchMatrix Own(Matrix matrix, bool gated, string verb)
    {
        var own = matrix as TorchMatrix
            ?? throw new ArgumentException($"The matrix belongs to another backend ({matrix.GetType().Name}).", nameof(matrix));
        That(
            own.IsGated == gated, verb,
            $"{(gated ? "the matrix was not loaded by LoadGatedMatrix." : "the matrix was loaded by LoadGatedMatrix; use GatedLinear.")}");
        return own;
    }

    /// <summary>The store, of this backend and for such heads.</summary>
    public static TorchKvStore Own(KvStore store, HeadShape heads, string verb)
    {
        That(
            heads.Heads > 0 && heads.KvHeads > 0 && heads.Heads % heads.KvHeads == 0, verb,
            $"{heads.Heads} query heads are not a multiple of {heads.KvHeads} key/value heads.");
        That(
            store.KvHeads == heads.KvHeads && store.HeadSize == heads.HeadSize, verb,
            $"the store holds {store.KvHeads} heads of {store.HeadSize}; the step has {heads.KvHeads} of {heads.HeadSize}.");
        return Own(store);
    }

    /// <summary>The store, of this backend.</summary>
    public static TorchKvStore Own(KvStore store) =>
        store as TorchKvStore ?? throw new ArgumentException($"The KV store belongs to another backend ({store.GetType().Name}).", nameof(store));

    /// <summary>All numbers lie in [0, count).</summary>
    public static void Within(string verb, string what, ReadOnlySpan<int> numbers, long count)
    {
        foreach (var number in numbers)
        {
            That(number >= 0 && number < count, verb, $"{what} {number} was asked for; there are {count}.");
        }
    }

    /// <summary>All pairs lie in the rows of a tensor.</summary>
    public static void Within(string verb, ReadOnlySpan<MergePair> pairs, int rows)
    {
        foreach (var pair in pairs)
        {
            That(
                (uint)pair.First < (uint)rows && (uint)pair.Second < (uint)rows, verb,
                $"pair ({pair.First}, {pair.Second}) does not lie in {rows} rows.");
        }
    }

    /// <summary>Every slice of a plan has the pages it needs, and they lie in the store.</summary>
    public static void Within(string verb, AttentionPlan plan, KvStore store)
    {
        foreach (var slice in plan.Slices)
        {
            var blocks = (slice.Committed + slice.RowCount + KvStore.PageRows - 1) / KvStore.PageRows;
            That(
                slice.Committed >= 0 && slice.Pages.Length >= blocks, verb,
                $"a slice of {slice.Committed} + {slice.RowCount} rows needs {blocks} pages and has {slice.Pages.Length}.");
            Within(verb, "page", slice.Pages.AsSpan(0, blocks), store.Pages);
        }
    }
}
