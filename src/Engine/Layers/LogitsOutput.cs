using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Logits and hidden rows on the device; arg-max of all rows is fetched once, at the first question.</summary>
internal sealed class LogitsOutput(IComputeBackend backend) : StepOutput
{
    private Tensor? _hidden;
    private Tensor? _logits;
    private int[] _argMax = new int[8];
    private bool _hasArgMax;
    private int[] _topTokens = [];
    private float[] _topLogits = [];
    private int _topCount;
    private int _vocabularySize;
    private int _width;

    /// <inheritdoc />
    public override int Rows => _logits?.Rows ?? 0;

    /// <inheritdoc />
    public override int VocabularySize => _vocabularySize;

    /// <inheritdoc />
    public override int Width => _width;

    /// <summary>Holds the rows of a step.</summary>
    public void Set(Tensor hidden, Tensor logits)
    {
        _hidden = hidden;
        _logits = logits;
        _vocabularySize = logits.Columns;
        _width = hidden.Columns;
        _hasArgMax = false;
        _topCount = 0;
    }

    /// <summary>Holds no rows.</summary>
    public void SetEmpty(int vocabularySize, int width)
    {
        _hidden = null;
        _logits = null;
        _vocabularySize = vocabularySize;
        _width = width;
    }

    /// <inheritdoc />
    public override int ArgMax(int row)
    {
        if (!_hasArgMax)
        {
            if (_argMax.Length < Rows)
            {
                _argMax = new int[Rows * 2];
            }

            backend.ArgMax(_logits!, _argMax.AsSpan(0, Rows));
            _hasArgMax = true;
        }

        return _argMax[row];
    }

    /// <inheritdoc />
    public override void TopK(int row, Span<int> tokens, Span<float> logits)
    {
        var count = tokens.Length;
        if (_topCount != count)
        {
            if (_topTokens.Length < Rows * count)
            {
                _topTokens = new int[Rows * count];
                _topLogits = new float[Rows * count];
            }

            backend.TopK(_logits!, count, _topTokens.AsSpan(0, Rows * count), _topLogits.AsSpan(0, Rows * count));
            _topCount = count;
        }

        _topTokens.AsSpan(row * count, count).CopyTo(tokens);
        _topLogits.AsSpan(row * count, count).CopyTo(logits);
    }

    /// <inheritdoc />
    public override void CopyLogits(int row, Span<float> destination) => backend.Download(_logits!, row, destination);

    /// <inheritdoc />
    public override void CopyHidden(int row, Span<float> destination) => backend.Download(_hidden!, row, destination);
}
