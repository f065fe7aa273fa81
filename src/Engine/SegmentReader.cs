using System.Text;
using Slerp.Engine.Decoding;

namespace Slerp.Engine;

/// <summary>Reads an answer that is judged: closed segments, as text, and what was accepted of them.</summary>
internal sealed class SegmentReader(SegmentCollector collector, AnswerText answer)
{
    private readonly StringBuilder _written = new();
    private readonly List<int> _accepted = [];
    private TokenStatistics[] _statistics = [];
    private int _statisticsCount;
    private int _acceptedCharacters;
    private CollectedSegment? _open;

    /// <summary>Tokens accepted so far.</summary>
    public IReadOnlyList<int> Accepted => _accepted;

    /// <summary>Bytes of the answer that may be shown, as of the last accepted segment.</summary>
    public int AcceptedBytes { get; private set; }

    /// <summary>The text of what was accepted.</summary>
    public string AcceptedText => _written.ToString(0, _acceptedCharacters);

    /// <summary>Why the answer ended, once its last segment is accepted.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>What merging did to the prompt, where all the open segment says is that it was read; else null.</summary>
    public MergeStats? OfPrompt => _open?.OfPrompt;

    /// <summary>Segments of the answer accepted so far.</summary>
    public int AcceptedSegments { get; private set; }

    /// <summary>The answer so far, the open segment included.</summary>
    public string Text => _written.ToString();

    /// <summary>What the model thought of it, token by token. Stays as it is when more is read.</summary>
    public ReadOnlyMemory<TokenStatistics> Statistics => _statistics.AsMemory(0, _statisticsCount);

    /// <summary>Waits for the next segment; the one before must be accepted.</summary>
    /// <exception cref="InvalidOperationException">The one before is still open.</exception>
    public async ValueTask<Segment> NextAsync(CancellationToken cancellationToken)
    {
        if (_open is not null)
        {
            throw new InvalidOperationException("The last segment was neither accepted nor rejected. Call Accept or RejectAsync before the next one.");
        }

        var segment = await collector.ReadAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _open = segment;
        if (segment.Fault is not null || segment.OfPrompt is not null)
        {
            return new Segment("", 0, null) { Fault = segment.Fault };
        }

        var text = answer.Advance(segment.Tokens, segment.VisibleBytes);
        text = segment.Finish is null ? text : text + answer.Flush();
        _written.Append(text);
        Append(segment.Statistics);
        return new Segment(text, segment.Tokens.Length, segment.Finish) { Statistics = segment.Statistics };
    }

    /// <summary>Makes the open segment part of the answer.</summary>
    /// <exception cref="InvalidOperationException">It carries a fault.</exception>
    public void Accept()
    {
        if (_open is not { } segment)
        {
            return;
        }

        if (segment.Fault is { } fault)
        {
            throw new InvalidOperationException($"The segment carries a fault and cannot be accepted: {fault.Failure.Message} Call RejectAsync.");
        }

        AcceptedSegments += segment.OfPrompt is null ? 1 : 0;
        _open = null;
        _accepted.AddRange(segment.Tokens);
        _acceptedCharacters = _written.Length;
        AcceptedBytes = segment.VisibleBytes;
        Finish = segment.Finish;
        collector.Accept();
    }

    private void Append(TokenStatistics[] statistics)
    {
        if (_statisticsCount + statistics.Length > _statistics.Length)
        {
            Array.Resize(ref _statistics, Math.Max(64, (_statisticsCount + statistics.Length) * 2));
        }

        statistics.CopyTo(_statistics.AsSpan(_statisticsCount));
        _statisticsCount += statistics.Length;
    }
}
