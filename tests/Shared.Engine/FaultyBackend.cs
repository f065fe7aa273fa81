using System.Runtime.CompilerServices;
using Slerp.Engine;
using Slerp.Engine.Backends;

namespace Slerp.Tests.Shared.Engine;

/// <summary>A backend that lets a test strike any of its verbs, and spoil the residual stream: after each half of each block, two calls a layer.</summary>
internal sealed class FaultyBackend(IComputeBackend inner) : IComputeBackend
{
    /// <summary>Gets the number of the call since it was set, and the residual rows; true where it changed them. Null leaves them alone.</summary>
    public Func<int, float[], bool>? Spoil
    {
        get;
        set
        {
            field = value;
            Calls = 0;
        }
    }

    /// <summary>Told the name of each verb that computes or copies, before it does; true has it throw instead. Null strikes none.</summary>
    public Func<string, bool>? Strike { get; set; }

    public int Calls { get; private set; }

    /// <summary>Matrices loaded so far.</summary>
    public int Packed { get; private set; }

    public string Name => inner.Name;

    public string Description => inner.Description;

    /// <summary>What it says of its memory; null: the truth.</summary>
    public DeviceMemory? Says { get; init; }

    public DeviceMemory Memory => Says ?? inner.Memory;

    public WeightFormat KeptFormat(WeightFormat asked, WeightDType stored) => inner.KeptFormat(asked, stored);

    public double BytesPerWeight(WeightFormat kept) => inner.BytesPerWeight(kept);

    public void LinearAdd(Matrix weight, Tensor x, Tensor? bias, Tensor destination)
    {
        Meet();
        inner.LinearAdd(weight, x, bias, destination);
        if (Spoil is { } spoil)
        {
            var values = new float[destination.Rows * destination.Columns];
            for (var row = 0; row < destination.Rows; row++)
            {
                inner.Download(destination, row, values.AsSpan(row * destination.Columns, destination.Columns));
            }

            if (spoil(Calls++, values))
            {
                inner.Upload(values, destination);
            }
        }
    }

    public Matrix LoadMatrix(IReadOnlyList<WeightTensor> parts, WeightFormat format)
    {
        Packed++;
        return inner.LoadMatrix(parts, format);
    }

    public Matrix LoadHead(WeightTensor weight, WeightFormat format)
    {
        Packed++;
        return inner.LoadHead(weight, format);
    }

    public long HeadBytes(WeightFormat kept, int outputs, int inputs) => inner.HeadBytes(kept, outputs, inputs);

    public Matrix LoadGatedMatrix(WeightTensor gate, WeightTensor up, WeightFormat format)
    {
        Packed++;
        return inner.LoadGatedMatrix(gate, up, format);
    }

    public Tensor LoadVector(IReadOnlyList<WeightTensor> parts) => inner.LoadVector(parts);

    public KvStore CreateKvStore(int pages, int kvHeads, int headSize, KvFormat format) => inner.CreateKvStore(pages, kvHeads, headSize, format);

    public Workspace CreateWorkspace() => inner.CreateWorkspace();

    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        Meet();
        inner.Upload(source, destination);
    }

    public void Download(Tensor source, int row, Span<float> destination)
    {
        Meet();
        inner.Download(source, row, destination);
    }

    public void Embed(Matrix table, ReadOnlySpan<int> tokens, Tensor destination)
    {
        Meet();
        inner.Embed(table, tokens, destination);
    }

    public void Linear(Matrix weight, Tensor x, Tensor? bias, Tensor destination)
    {
        Meet();
        inner.Linear(weight, x, bias, destination);
    }

    public void GatedLinear(Matrix gateUp, Tensor x, Tensor destination)
    {
        Meet();
        inner.GatedLinear(gateUp, x, destination);
    }

    public void RmsNorm(Tensor x, Tensor weight, float eps, Tensor destination)
    {
        Meet();
        inner.RmsNorm(x, weight, eps, destination);
    }

    public void NormHeads(Tensor qkv, int firstHead, int count, int headSize, Tensor weight, float eps)
    {
        Meet();
        inner.NormHeads(qkv, firstHead, count, headSize, weight, eps);
    }

    public void Rotate(Tensor qkv, HeadShape heads, Tensor cosSin)
    {
        Meet();
        inner.Rotate(qkv, heads, cosSin);
    }

    public void StoreKv(Tensor qkv, HeadShape heads, KvStore store, ReadOnlySpan<int> slots)
    {
        Meet();
        inner.StoreKv(qkv, heads, store, slots);
    }

    public void CopyKv(KvStore store, ReadOnlySpan<int> sourceSlots, ReadOnlySpan<int> destinationSlots)
    {
        Meet();
        inner.CopyKv(store, sourceSlots, destinationSlots);
    }

    public void Attend(Tensor qkv, HeadShape heads, KvStore store, AttentionPlan plan, Tensor destination)
    {
        Meet();
        inner.Attend(qkv, heads, store, plan, destination);
    }

    public void Gather(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        Meet();
        inner.Gather(source, rows, destination);
    }

    public void Slerp(Tensor source, ReadOnlySpan<MergePair> pairs, Interpolation interpolation, Tensor destination)
    {
        Meet();
        inner.Slerp(source, pairs, interpolation, destination);
    }

    public void RowCosines(Tensor source, ReadOnlySpan<MergePair> pairs, Span<float> destination)
    {
        Meet();
        inner.RowCosines(source, pairs, destination);
    }

    public void ArgMax(Tensor x, Span<int> destination)
    {
        Meet();
        inner.ArgMax(x, destination);
    }

    public void TopK(Tensor x, int k, Span<int> indices, Span<float> values)
    {
        Meet();
        inner.TopK(x, k, indices, values);
    }

    public void Synchronize()
    {
        Meet();
        inner.Synchronize();
    }

    public void Dispose() => inner.Dispose();

    private void Meet([CallerMemberName] string verb = "")
    {
        if (Strike?.Invoke(verb) is true)
        {
            throw new DeviceException($"The drill struck {verb}.", isTransient: true);
        }
    }
}
