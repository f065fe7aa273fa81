using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Logits and hidden rows on the device; arg-max of all rows is fetched once, at the first question. What is chosen is looked for by the maxima
/// that the head noted, so that neither question passes over the vocabulary again.</summary>
internal sealed class LogitsOutput(IComputeBackend backend) : StepOutput
{
    private Tensor? _hidden;
    private Tensor? _logits;
    private Tensor? _maxima;
    private int[] _places = [];
    private bool _hasPlaces;
    private int[] _argMax = new int[8];
    private bool _hasArgMax;
    private int[] _topTokens = [];
    private float[] _topLogits = [];
    private int _topCount;
    private int _vocabularySize;
    private int _width;

    /// <inheritdoc />
    public override int Rows => _hidden?.Rows ?? 0;

    /// <inheritdoc />
    public override int VocabularySize => _vocabularySize;

    /// <inheritdoc />
    public override int Width => _width;

    /// <summary>Holds the rows of a step, all with logits.</summary>
    public void Set(Tensor hidden, Tensor logits, Tensor maxima)
    {
        SetEmpty(logits.Columns, hidden.Columns);
        _hidden = hidden;
        _logits = logits;
        _maxima = maxima;
    }

    /// <summary>Holds the rows of a step, of which only <paramref name="speaking"/> have logits, in that order.</summary>
    public void Set(Tensor hidden, Tensor? logits, Tensor? maxima, ReadOnlySpan<int> speaking)
    {
        SetEmpty(logits?.Columns ?? _vocabularySize, hidden.Columns);
        _hidden = hidden;
        _logits = logits;
        _maxima = maxima;
        _hasPlaces = true;
        if (_places.Length < hidden.Rows)
        {
            _places = new int[hidden.Rows * 2];
        }

        for (var place = 0; place < speaking.Length; place++)
        {
            _places[speaking[place]] = place;
        }
    }

    /// <summary>Holds no rows.</summary>
    public void SetEmpty(int vocabularySize, int width)
    {
        _hidden = null;
        _logits = null;
        _maxima = null;
        _vocabularySize = vocabularySize;
        _width = width;
        _hasArgMax = false;
        _hasPlaces = false;
        _topCount = 0;
    }

    /// <inheritdoc />
    public override int ArgMax(int row)
    {
        if (!_hasArgMax)
        {
            var rows = _logits!.Rows;
            if (_argMax.Length < rows)
            {
                _argMax = new int[rows * 2];
            }

            backend.ArgMax(_logits, _maxima!, _argMax.AsSpan(0, rows));
            _hasArgMax = true;
        }

        return _argMax[Place(row)];
    }

    /// <inheritdoc />
    public override void TopK(int row, Span<int> tokens, Span<float> logits)
    {
        var count = tokens.Length;
        // Fewer are the first of more: sequences that want different numbers share one look.
        if (_topCount < count)
        {
            var size = _logits!.Rows * count;
            if (_topTokens.Length < size)
            {
                _topTokens = new int[size];
                _topLogits = new float[size];
            }

            backend.TopK(_logits, _maxima!, count, _topTokens.AsSpan(0, size), _topLogits.AsSpan(0, size));
            _topCount = count;
        }

        var start = Place(row) * _topCount;
        _topTokens.AsSpan(start, count).CopyTo(tokens);
        _topLogits.AsSpan(start, count).CopyTo(logits);
    }

    /// <inheritdoc />
    public override void CopyLogits(int row, Span<float> destination) => backend.Download(_logits!, Place(row), destination);

    /// <inheritdoc />
    public override void CopyHidden(int row, Span<float> destination) => backend.Download(_hidden!, row, destination);

    // Where the logits of a row stand.
    private int Place(int row) => _hasPlaces ? _places[row] : row;
}
