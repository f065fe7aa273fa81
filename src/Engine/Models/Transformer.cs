using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Layers;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Models;

/// <summary>The decoder of every Llama-shaped family: embed, blocks, norm, head.</summary>
/// <remarks>Engine thread only; views share the weights and nothing else.</remarks>
internal sealed class Transformer : IDecoder
{
    private readonly IComputeBackend _backend;
    private readonly Matrix _embedding;
    private readonly DecoderBlock[] _blocks;
    private readonly RotaryEmbedding _rotary;
    private readonly RmsNorm _finalNorm;
    private readonly LmHead _head;
    private readonly LayerMask _mask;
    private readonly StepLayout _layout = new();
    private readonly RowMerging _merging = new();
    private int[] _wanted = new int[64];

    /// <summary>Wires the parts of a model.</summary>
    public Transformer(
        DecoderShape shape, IComputeBackend backend, Matrix embedding, DecoderBlock[] blocks, RmsNorm finalNorm, Matrix head, LayerMask mask)
    {
        Shape = shape;
        _backend = backend;
        _embedding = embedding;
        _blocks = blocks;
        _finalNorm = finalNorm;
        _rotary = new RotaryEmbedding(shape.RopeTheta, shape.Heads.HeadSize, shape.RopeScaling);
        _head = new LmHead(backend, finalNorm, head);
        _mask = mask;
    }

    /// <inheritdoc />
    public DecoderShape Shape { get; }

    /// <inheritdoc />
    public IDecoder View(LayerMask mask) => new Transformer(Shape, _backend, _embedding, _blocks, _finalNorm, _head.Weight, mask);

    /// <inheritdoc />
    public StepOutput Forward(StepBatch batch, KvCache cache, Workspace workspace, MergeStep? merging = null)
    {
        workspace.Reset();
        _layout.Begin(batch, cache);
        var rotations = _layout.Rotations(batch, _rotary, Shape.Heads.HeadSize, _backend, workspace);
        var step = new StepContext(_backend, workspace, cache, _layout, rotations);
        var x = workspace.Rent(batch.RowCount, Shape.Width);
        _backend.Embed(_embedding, batch.Tokens, x);
        if (batch.Embedded.Count > 0)
        {
            PutEmbedded(batch, x);
        }

        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            if (!_mask.SkipsAttention(layer))
            {
                _blocks[layer].ForwardAttention(step, layer, x);
            }

            if (!_mask.SkipsMlp(layer))
            {
                _blocks[layer].ForwardMlp(step, x);
            }

            if (merging is not null && layer + 1 < _blocks.Length && merging.ActsAfter(layer))
            {
                x = _merging.Apply(merging, layer, batch, step, x);
                _layout.Reshape(batch, cache, layer + 1, _merging);
                step = step with { Rotations = _layout.Rotations(batch, _rotary, Shape.Heads.HeadSize, _backend, workspace) };
            }
        }

        return _head.Forward(workspace, batch, Wanted(batch, workspace, x));
    }

    // Rare, and once per prompt: by way of the host.
    private void PutEmbedded(StepBatch batch, Tensor x)
    {
        var host = new float[x.Rows * x.Columns];
        for (var row = 0; row < x.Rows; row++)
        {
            _backend.Download(x, row, host.AsSpan(row * x.Columns, x.Columns));
        }

        foreach (var (row, values) in batch.Embedded)
        {
            if (values.Length != x.Columns)
            {
                throw new ArgumentException($"An embedded row has {values.Length} values; this model's width is {x.Columns}.", nameof(batch));
            }

            values.CopyTo(host.AsSpan(row * x.Columns));
        }

        _backend.Upload(host, x);
    }

    private Tensor? Wanted(StepBatch batch, Workspace workspace, Tensor x)
    {
        if (batch.WantedCount == 0 || batch.WantedCount == x.Rows)
        {
            return batch.WantedCount == 0 ? null : x;
        }

        if (_wanted.Length < batch.WantedCount)
        {
            _wanted = new int[batch.WantedCount * 2];
        }

        var count = 0;
        var row = 0;
        for (var index = 0; index < batch.SliceCount; index++)
        {
            // Merging leaves a slice's last row its last.
            row += _layout.Attention.Slices[index].RowCount;
            for (var back = batch.Slices[index].WantedCount; back > 0; back--)
            {
                _wanted[count++] = row - back;
            }
        }

        var wanted = workspace.Rent(count, Shape.Width);
        _backend.Gather(x, _wanted.AsSpan(0, count), wanted);
        return wanted;
    }
}
