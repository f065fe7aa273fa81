using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Merging;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Measuring;

/// <summary>A decoder that notes what the calling thread has allocated each time it is called: from call to call, one whole turn of the engine loop.</summary>
internal sealed class AllocationProbe(IDecoder inner, int capacity) : IDecoder
{
    private readonly long[] _allocated = new long[capacity];

    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    /// <inheritdoc />
    public DecoderShape Shape => inner.Shape;

    /// <summary>Bytes allocated between call <paramref name="index"/> and the next.</summary>
    public long Between(int index) => _allocated[index + 1] - _allocated[index];

    /// <inheritdoc />
    public StepOutput Forward(StepBatch batch, KvCache cache, Workspace workspace, MergeStep? merging = null)
    {
        if (Calls < _allocated.Length)
        {
            _allocated[Calls++] = GC.GetAllocatedBytesForCurrentThread();
        }

        return inner.Forward(batch, cache, workspace, merging);
    }

    /// <inheritdoc />
    public IDecoder View(LayerMask mask) => inner.View(mask);
}
