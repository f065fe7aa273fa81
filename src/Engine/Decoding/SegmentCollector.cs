using System.Threading.Channels;
using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Collects the tokens of a judged answer into segments of 4, 8, 16, then 32, and hands them to the reader.</summary>
/// <remarks>
/// <para>Small at first, so that the first words are not held long. Where one ends does not depend on how many tokens a step gave: what is judged, and so
/// what is shown, is the same with every drafter.</para>
/// <para>At most one closed segment, or those of one step, run ahead of the one being judged: then the sequence is held. Engine thread only, but for
/// <see cref="Accept"/>, <see cref="ReadAsync"/> and <see cref="Abort"/>.</para>
/// <para>Where the prompt is judged too, a segment without tokens comes first, and nothing runs ahead of that.</para>
/// </remarks>
/// <param name="judgesPrompt">Whether the prompt is judged before a token is decoded.</param>
/// <param name="scores">Whether somebody wants to know how probable tokens were.</param>
internal sealed class SegmentCollector(bool judgesPrompt = false, bool scores = true)
{
    private const int FirstTokens = 4;
    private const int MostTokens = 32;

    private readonly Channel<CollectedSegment> _closed = Channel.CreateUnbounded<CollectedSegment>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TokenScorer? _scorer = scores ? new() : null;
    private readonly List<TokenStatistics> _statistics = new(MostTokens);
    private TokenStatistics _scored;
    private int _visibleBytes;
    private int _size = FirstTokens;
    private int _closedCount;
    private int _acceptedCount;

    /// <summary>Whether the prompt has to be handed over when it was read.</summary>
    public bool AwaitsPrompt => judgesPrompt && _closedCount == 0;

    /// <summary>Whether what the prompt left is not known to be good: its judgement is still to come. Any thread.</summary>
    public bool DoubtsPrompt => judgesPrompt && Volatile.Read(ref _acceptedCount) == 0;

    /// <summary>Whether the sequence has to wait for a judgement.</summary>
    public bool IsHeld => _closedCount - Volatile.Read(ref _acceptedCount) > (judgesPrompt && _closedCount == 1 ? 0 : 1);

    /// <summary>Hands over that the prompt was read: the sequence is held until that is accepted.</summary>
    /// <param name="merging">What merging did to it.</param>
    public void EndPrompt(MergeStats merging) => Hand(CollectedSegment.Prompt(merging));

    /// <summary>Reads the row that the next token will be chosen from.</summary>
    public void Read(StepOutput output, int row) => _scorer?.Read(output, row);

    /// <summary>Notes what the model thought of the token it is about to take from the row last read.</summary>
    public void Score(int token) => _scored = _scorer?.Score(token) ?? TokenStatistics.Unscored(token);

    /// <summary>Adds the token last scored; one segment more where the open one is full.</summary>
    /// <param name="visibleBytes">Bytes of the answer that may be shown with it.</param>
    public void Add(int visibleBytes)
    {
        if (IsFull)
        {
            CloseFull();
        }

        _statistics.Add(_scored);
        _visibleBytes = visibleBytes;
    }

    /// <summary>Closes the segment where it is full or the answer has ended. Called once after the tokens of a step.</summary>
    public void EndStep(int visibleBytes, FinishReason? finish)
    {
        // An end token comes after the tokens: alone in its step, it finds a full segment closed.
        if (IsFull && finish is null or FinishReason.EndOfText)
        {
            CloseFull();
        }

        if (finish is not null)
        {
            Close(visibleBytes, finish);
        }
    }

    /// <summary>Closes with what the strategy failed with.</summary>
    public void EndWith(StrategyFault fault) => Hand(new CollectedSegment([], [], 0, null, fault));

    /// <summary>Lets the sequence run on. Reader's side.</summary>
    public void Accept() => Interlocked.Increment(ref _acceptedCount);

    /// <summary>Ends it with a failure; the first one stays. Any thread.</summary>
    public void Abort(Exception failure) => _closed.Writer.TryComplete(failure);

    /// <summary>The next closed segment. Reader's side. Throws what <see cref="Abort"/> was given.</summary>
    public async ValueTask<CollectedSegment> ReadAsync()
    {
        while (true)
        {
            // Throws the failure once the collected segments are read.
            await _closed.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (_closed.Reader.TryRead(out var segment))
            {
                return segment;
            }
        }
    }

    private bool IsFull => _statistics.Count == _size;

    private void CloseFull()
    {
        Close(_visibleBytes, finish: null);
        _size = Math.Min(MostTokens, _size * 2);
    }

    private void Close(int visibleBytes, FinishReason? finish) =>
        Hand(new CollectedSegment([.. _statistics.Select(static scored => scored.Token)], [.. _statistics], visibleBytes, finish, null));

    private void Hand(CollectedSegment segment)
    {
        _statistics.Clear();
        _closedCount++;
        _closed.Writer.TryWrite(segment);
    }
}
