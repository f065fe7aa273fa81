using System.Numerics.Tensors;
using Slerp.Benchmarks.Measuring;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Speculation;

/// <summary>What a layer mask is worth: the model's own greedy answers to a few prompts, drafted again with the mask from exact rows.</summary>
/// <remarks>
/// <para>Each answer is cut into windows; a window sees the exact keys and values of everything before it, as a draft does, and drafts on from there.
/// All windows are one batch, so a mask is tried in one pass.</para>
/// <para>Formula: worth = Σ (right tokens before the exit + 1) / Σ (1 + drafted·c), c the share of the weights that the mask leaves. Prices by weights, not
/// by the clock, make the search repeatable on any machine.</para>
/// </remarks>
internal sealed class MaskTrial : IDisposable
{
    private const int Window = 8;
    private const double Threshold = 0.6;

    private readonly BareDecoder _decoder;
    private readonly StepBatch _batch = new();
    private readonly List<(int Slot, TokenTree Run, int[] Next)> _windows = [];
    private float[] _logits = [];

    private MaskTrial(BareDecoder decoder) => _decoder = decoder;

    /// <summary>Masks tried.</summary>
    public int Trials { get; private set; }

    /// <summary>Layers of the model.</summary>
    public int Layers => _decoder.Model.Decoder.Shape.Layers;

    /// <summary>Answers the prompts and keeps what trials start from.</summary>
    /// <param name="settings">The model.</param>
    /// <param name="prompts">Ids of the prompts.</param>
    /// <param name="tokens">Most tokens of an answer.</param>
    public static MaskTrial Prepare(BenchSettings settings, IReadOnlyList<int[]> prompts, int tokens)
    {
        var windows = prompts.Count * (1 + (tokens / Window));
        var trial = new MaskTrial(BareDecoder.Load(settings.EngineOptions with { MaxConcurrentRequests = windows + 1 }));
        foreach (var prompt in prompts)
        {
            trial.Answer(prompt, tokens);
        }

        return trial;
    }

    /// <summary>The worth of a mask: the expected speed over vanilla decoding.</summary>
    public double Worth(LayerMask mask)
    {
        Trials++;
        var model = _decoder.Model;
        _batch.Clear();
        foreach (var (slot, run, _) in _windows)
        {
            if (!model.Cache.TryReserve(slot, run.Count))
            {
                throw new InvalidOperationException($"The KV cache has no room for {run.Count} more rows: {model.Cache.FreePages} of {model.Cache.TotalPages} pages are free. Ask for fewer prompts or tokens.");
            }

            _batch.Add(new StepSlice(slot, run, WantedRows.All, 0));
        }

        var output = model.Decoder.View(mask).Forward(_batch, model.Cache, model.Workspace);
        var (tokens, cost, row) = (0.0, 0.0, 0);
        var share = Share(mask, model.Decoder.Shape);
        foreach (var (_, run, next) in _windows)
        {
            var (right, drafted) = Draft(output, row, next);
            tokens += right + 1;
            cost += 1 + (drafted * share);
            row += run.Count;
        }

        return tokens / cost;
    }

    /// <summary>The share of the weights that a pass behind the mask reads.</summary>
    public static double Share(LayerMask mask, DecoderShape shape)
    {
        var attention = (2L * shape.Width * shape.Heads.QueryColumns) + (2L * shape.Width * shape.Heads.KvColumns);
        var mlp = 3L * shape.Width * shape.MlpWidth;
        var head = (long)shape.VocabularySize * shape.Width;
        var kept = head + Enumerable.Range(0, mask.Layers).Sum(layer => (mask.SkipsAttention(layer) ? 0 : attention) + (mask.SkipsMlp(layer) ? 0 : mlp));
        return (double)kept / (head + (mask.Layers * (attention + mlp)));
    }

    /// <inheritdoc />
    public void Dispose() => _decoder.Dispose();

    private void Answer(int[] prompt, int count)
    {
        var slot = _decoder.Open(prompt.AsSpan(0, prompt.Length - 1));
        int[] answer = new int[count + 1];
        answer[0] = prompt[^1];
        for (var index = 0; index < count; index++)
        {
            if (index % Window == 0 && index + Window <= count)
            {
                var fork = _decoder.Model.Cache.TryOpen();
                _decoder.Model.Cache.Fork(slot, fork);
                _windows.Add((fork, new TokenTree(), []));
            }

            answer[index + 1] = _decoder.Step(slot, answer[index]);
        }

        _decoder.Close(slot);
        var first = _windows.Count - (count / Window);
        for (var index = first; index < _windows.Count; index++)
        {
            var start = (index - first) * Window;
            _windows[index].Run.SetChain(answer.AsSpan(start, Window));
            _windows[index] = _windows[index] with { Next = answer[(start + 1)..(start + Window + 1)] };
        }
    }

    // The draft ends at the first wrong token, which the verification tells, or after an unsure one.
    private (int Right, int Drafted) Draft(StepOutput output, int row, int[] next)
    {
        for (var index = 0; index < next.Length; index++)
        {
            if (output.ArgMax(row + index) != next[index])
            {
                // A draft that is sure of wrong tokens goes on: what it costs beyond the first is not known from these rows.
                return (index, index + 1);
            }

            if (Probability(output, row + index, next[index]) < Threshold)
            {
                return (index + 1, index + 1);
            }
        }

        return (next.Length, next.Length);
    }

    private double Probability(StepOutput output, int row, int token)
    {
        _logits = _logits.Length < output.VocabularySize ? new float[output.VocabularySize] : _logits;
        output.CopyLogits(row, _logits);
        TensorPrimitives.SoftMax<float>(_logits, _logits);
        return _logits[token];
    }
}
