using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Screening;

namespace Slerp.Engine.Backends.Cpu;

/// <content>Logits and what is chosen from them. Where a head has a screen, they are computed when somebody asks, and only as far as the question needs.</content>
internal sealed unsafe partial class CpuBackend
{
    // Panels looked into first, beside one for each logit that is wanted: the more of them, the better the first guess of what is largest.
    private const int MorePanels = 3;

    private int[] _places = [];
    private float[] _largest = [];

    /// <inheritdoc />
    public void Score(Matrix weight, Tensor x, Tensor destination, Tensor maxima)
    {
        RequireShape(nameof(Score), nameof(maxima), maxima, x.Rows, ScoreBlocks(weight.Outputs));
        var head = Of(weight, gated: false, nameof(Score));
        RequireShape(nameof(Score), nameof(x), x, x.Rows, head.Inputs);
        RequireShape(nameof(Score), nameof(destination), destination, x.Rows, head.Outputs);
        if (x.Rows == 0)
        {
            return;
        }

        if (head.Screen is null || x.Rows > HeadScreen.MostRows)
        {
            ScoreAll(head, Of(x), Of(destination), Of(maxima));
            return;
        }

        var logits = Handle(destination);
        logits.Deferred ??= new DeferredScores(this);
        logits.Deferred.Begin(head, Of(x), logits, Of(maxima));
    }

    /// <inheritdoc />
    public void ArgMax(Tensor x, Span<int> destination) => ChooseLargest(Of(x), maxima: null, destination);

    /// <inheritdoc />
    public void ArgMax(Tensor x, Tensor maxima, Span<int> destination)
    {
        RequireShape(nameof(ArgMax), nameof(maxima), maxima, x.Rows, ScoreBlocks(x.Columns));
        ChooseLargest(Handle(x), Of(maxima), destination);
    }

    /// <inheritdoc />
    public void TopK(Tensor x, int k, Span<int> indices, Span<float> values) => ChooseTop(Of(x), maxima: null, k, indices, values);

    /// <inheritdoc />
    public void TopK(Tensor x, Tensor maxima, int k, Span<int> indices, Span<float> values)
    {
        RequireShape(nameof(TopK), nameof(maxima), maxima, x.Rows, ScoreBlocks(x.Columns));
        ChooseTop(Handle(x), Of(maxima), k, indices, values);
    }

    /// <summary>Computes all logits.</summary>
    internal void ScoreAll(CpuMatrix head, CpuTensor x, CpuTensor logits, CpuTensor maxima)
    {
        var task = TaskOf(head, x, bias: null, logits, ProductEnding.Store);
        task.Note(maxima.Pointer, maxima.Stride, IComputeBackend.ScoreBlock);
        Run(task, head);
    }

    /// <summary>Computes logits until the k largest of each row are among them; false where there are no bounds.</summary>
    internal bool TryScoreLargest(DeferredScores scores, int k)
    {
        if (!scores.IsScreened && !TryScreen(scores))
        {
            return false;
        }

        var task = TaskOf(scores.Head, scores.X, bias: null, scores.Logits, ProductEnding.Store);
        // First what is most likely among them, then what a logit known by now does not rule out.
        for (var row = 0; row < scores.Logits.Rows; row++)
        {
            WantLargest(scores, row, Math.Min(k + MorePanels, scores.Screen.Panels));
        }

        ScoreWanted(scores, task);
        for (var row = 0; row < scores.Logits.Rows; row++)
        {
            WantPossible(scores, row, k);
        }

        ScoreWanted(scores, task);
        return true;
    }

    private bool TryScreen(DeferredScores scores)
    {
        var screen = scores.Screen;
        var task = TaskOf(screen.Coarse, scores.X, bias: null, scores.Logits, ProductEnding.Note);
        fixed (float* bounds = scores.Bounds)
        {
            task.Note(bounds, screen.Panels, scores.Head.Shape.Columns);
            Run(task, screen.Coarse);
        }

        for (var row = 0; row < scores.Logits.Rows; row++)
        {
            if (!screen.TryBound(scores.X.Row(row), scores.BoundsOf(row)))
            {
                return false;
            }
        }

        return true;
    }

    // The panels with the largest bounds.
    private void WantLargest(DeferredScores scores, int row, int count)
    {
        Reserve(count);
        fixed (float* bounds = scores.BoundsOf(row), values = _largest)
        {
            fixed (int* panels = _places)
            {
                _kernels.TopK(bounds, scores.Screen.Panels, count, panels, values);
            }
        }

        foreach (var panel in _places.AsSpan(0, count))
        {
            scores.Want(panel);
        }
    }

    // The panels that may hold one of the k largest. A bound that is no larger than the k-th may be the same logit with a lower id.
    private void WantPossible(DeferredScores scores, int row, int k)
    {
        var threshold = KthLargest(scores, row, k);
        var bounds = scores.BoundsOf(row);
        for (var panel = 0; panel < bounds.Length; panel++)
        {
            if (bounds[panel] >= threshold)
            {
                scores.Want(panel);
            }
        }
    }

    private float KthLargest(DeferredScores scores, int row, int k)
    {
        Reserve(k);
        fixed (float* values = _largest)
        {
            fixed (int* places = _places)
            {
                TopOf(scores, row, k, places, values);
            }
        }

        return _largest[k - 1];
    }

    // Of the logits that are computed.
    private void TopOf(DeferredScores scores, int row, int k, int* indices, float* values) =>
        _kernels.TopK(scores.Logits.RowPointer(row), scores.Logits.Columns, scores.Exact, scores.Head.Shape.Columns, k, indices, values);

    private void ScoreWanted(DeferredScores scores, in ProductTask task)
    {
        var wanted = scores.Wanted;
        if (wanted.IsEmpty)
        {
            return;
        }

        fixed (int* panels = wanted)
        {
            var perChunk = Math.Max(1, wanted.Length / (_pool.Threads * 4));
            var job = new ScatteredProductJob(_kernels, _scratch, task, panels, wanted.Length, perChunk);
            _pool.Run(ref job, (wanted.Length + perChunk - 1) / perChunk);
        }

        scores.Accept();
    }

    private void Reserve(int count)
    {
        if (_places.Length < count)
        {
            (_places, _largest) = (new int[count], new float[count]);
        }
    }

    private void ChooseLargest(CpuTensor x, CpuTensor? maxima, Span<int> destination)
    {
        Require(destination.Length == x.Rows, nameof(ArgMax), $"{destination.Length} places were given for {x.Rows} rows.");
        x.Deferred?.Choose(1);
        fixed (int* indices = destination)
        {
            if (x.Deferred is { IsScreened: true } scores)
            {
                var largest = 0f;
                for (var row = 0; row < x.Rows; row++)
                {
                    TopOf(scores, row, 1, indices + row, &largest);
                }

                return;
            }

            RunRows(new ArgMaxAction(x, maxima, indices), x.Rows, maxima?.Columns ?? x.Columns);
        }
    }

    private void ChooseTop(CpuTensor x, CpuTensor? maxima, int k, Span<int> indices, Span<float> values)
    {
        Require(k >= 1 && k <= x.Columns, nameof(TopK), $"k is {k}; expected 1 to {x.Columns}, the columns of x.");
        Require(
            indices.Length == (long)x.Rows * k && values.Length == indices.Length, nameof(TopK),
            $"{indices.Length} indices and {values.Length} values were given for {x.Rows} rows of {k}.");
        x.Deferred?.Choose(k);
        fixed (int* chosen = indices)
        {
            fixed (float* largest = values)
            {
                if (x.Deferred is { IsScreened: true } scores)
                {
                    for (var row = 0; row < x.Rows; row++)
                    {
                        TopOf(scores, row, k, chosen + (row * k), largest + (row * k));
                    }

                    return;
                }

                RunRows(new TopKAction(x, maxima, k, chosen, largest), x.Rows, maxima?.Columns ?? x.Columns);
            }
        }
    }
}
