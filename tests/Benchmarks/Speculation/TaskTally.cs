using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Quality;

namespace Slerp.Benchmarks.Speculation;

/// <summary>Sums over the prompts of one task group: a drafter against vanilla.</summary>
internal sealed class TaskTally
{
    // Published comparisons keep looping answers; here they are counted and left out.
    private const double LoopShare = 0.2;

    private readonly Samples _spreads = new();
    private double _vanillaDecode;
    private double _draftedDecode;
    private double _vanillaTotal;
    private double _draftedTotal;
    private long _vanillaSteps;
    private long _draftedSteps;
    private long _tokens;
    private int _loops;
    private int _excluded;
    private int _prompts;
    private bool _isIdentical = true;

    /// <summary>Adds a pair of answers to one prompt.</summary>
    public void Add(DraftRun vanilla, DraftRun drafted, PromptText tokens)
    {
        _prompts++;
        _isIdentical &= vanilla.Ids.AsSpan().SequenceEqual(drafted.Ids) && vanilla.Finish == drafted.Finish && vanilla.Text == drafted.Text;
        var isLoop = Loops.RepeatedShare(tokens.Ids(vanilla.Text)) > LoopShare;
        _loops += isLoop ? 1 : 0;
        if (isLoop || vanilla.Statistics.OutputTokens < 2 || drafted.Statistics.Steps == 0)
        {
            _excluded++;
            return;
        }

        _vanillaDecode += vanilla.Decode;
        _draftedDecode += drafted.Decode;
        _vanillaTotal += vanilla.EndToEnd;
        _draftedTotal += drafted.EndToEnd;
        _vanillaSteps += vanilla.Statistics.Steps;
        _draftedSteps += drafted.Statistics.Steps;
        _tokens += drafted.Statistics.DecodedTokens;
    }

    /// <summary>Adds two vanilla answers to one prompt.</summary>
    public void AddSpread(DraftRun first, DraftRun second)
    {
        if (Math.Min(first.Decode, second.Decode) > 0)
        {
            _spreads.Add(Math.Abs((first.Decode / second.Decode) - 1));
        }
    }

    /// <summary>Prints the group.</summary>
    /// <remarks>What reads the target's layers or rows is not representative on inflated weights: most of them say nothing.</remarks>
    public void Print(BenchSettings settings, string drafter, string task) => Figure.Print(
        "speculation", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("drafter", drafter), ("task", task), ("scope", settings.IsWarm ? "warm" : "cold"),
        ("tokens_per_step", (double)_tokens / _draftedSteps), ("step_cost", _draftedDecode / _draftedSteps / (_vanillaDecode / _vanillaSteps)),
        ("speedup", _vanillaDecode / _draftedDecode), ("speedup_end_to_end", _vanillaTotal / _draftedTotal), ("vanilla_steps", _vanillaSteps), ("drafted_steps", _draftedSteps), ("loop_rate", (double)_loops / _prompts),
        ("excluded", _excluded), ("identical", _isIdentical), ("prompts", _prompts), ("threads", settings.Threads),
        ("representative", !settings.IsInflated || drafter is not ("skip" or "mlp")), ("vanilla_spread", _spreads.Count > 0 ? _spreads.Median : null));
}
