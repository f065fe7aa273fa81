using Slerp.Engine;

namespace Slerp.Tests.Shared.Engine;

/// <summary>A judged answer driven as a policy drives it: the first bad segment is taken back, the rest comes vanilla.</summary>
internal sealed record JudgedRun
{
    /// <summary>The text shown before anything was taken back.</summary>
    public required string Before { get; init; }

    /// <summary>The text that followed; empty where nothing was taken back.</summary>
    public required string After { get; init; }

    /// <summary>Tokens that were accepted before anything was taken back.</summary>
    public required int[] Accepted { get; init; }

    /// <summary>Segments as they came.</summary>
    public required IReadOnlyList<Segment> Segments { get; init; }

    /// <summary>What was taken back; null where nothing was.</summary>
    public Segment? Rejected { get; init; }

    public required GenerationStats Stats { get; init; }

    public string Text => Before + After;

    /// <summary>Runs one answer.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="request">A request whose gate holds segments.</param>
    /// <param name="beforeReject">Called when a segment is about to be taken back.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<JudgedRun> DriveAsync(
        SlerpEngine engine, GenerationRequest request, Action? beforeReject = null, CancellationToken cancellationToken = default)
    {
        await using var generation = await engine.GenerateAsync(request, cancellationToken);
        var segments = new List<Segment>();
        var accepted = new List<int>();
        var (before, after) = ("", "");
        Segment? rejected = null;
        while (true)
        {
            var segment = await generation.NextAsync(rejected is null ? GenerationMode.Accelerated : GenerationMode.Vanilla, cancellationToken);
            segments.Add(segment);
            if (rejected is null && (segment.Fault is not null || segment.Verdicts.Any(verdict => verdict.Kind != VerdictKind.Passed)))
            {
                rejected = segment;
                beforeReject?.Invoke();
                await generation.RejectAsync(cancellationToken);
                continue;
            }

            generation.Accept();
            if (rejected is null)
            {
                before += segment.Text;
                accepted.AddRange(segment.Statistics.ToArray().Select(token => token.Token));
            }
            else
            {
                after += segment.Text;
            }

            if (segment.Finish is not null)
            {
                return new JudgedRun { Before = before, After = after, Accepted = [.. accepted], Segments = segments, Rejected = rejected, Stats = generation.Stats };
            }
        }
    }
}
