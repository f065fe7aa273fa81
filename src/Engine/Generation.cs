namespace Slerp.Engine;

/// <summary>One answer being generated: segments are taken with <see cref="NextAsync"/>, judged by the caller, and accepted.</summary>
/// <remarks>One caller at a time. Disposing stops the work and frees its cache rows at the next step; disposing twice is harmless.</remarks>
public abstract class Generation : IAsyncDisposable
{
    /// <summary>For the engine, and for doubles in tests.</summary>
    protected Generation()
    {
    }

    /// <summary>What the answer took so far.</summary>
    public abstract GenerationStats Stats { get; }

    /// <summary>Whether something of it was to be merged when it began; a double that does not say is taken to.</summary>
    public virtual bool Merges => true;

    /// <summary>Whether the prompt has begun the reasoning the answer goes on with: its text then holds the mark that ends it, and not the one that begins it.</summary>
    public virtual bool BeginsInReasoning => false;

    /// <summary>Waits for the next segment; its <see cref="Segment.Finish"/> marks the last.</summary>
    /// <remarks>Where checks judge the prompt, the first has no tokens, and none is decoded before it is accepted.</remarks>
    /// <param name="mode">How it is to be made.</param>
    /// <param name="cancellationToken">Cancels the wait and the request.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; it carries that token.</exception>
    /// <exception cref="EngineException">The request failed; the engine serves on.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed while the request ran.</exception>
    public abstract ValueTask<Segment> NextAsync(GenerationMode mode, CancellationToken cancellationToken);

    /// <summary>Makes the segment last taken part of the answer for good. Where segments are judged, the next one is refused until then.</summary>
    public abstract void Accept();

    /// <summary>Takes back what was not accepted: the answer goes on vanilla, from the unmerged prompt and the last accepted segment.</summary>
    /// <remarks>Only for answers whose segments are judged; after it the rest comes as vanilla decoding gives it, and is not judged by segments.</remarks>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="InvalidOperationException">The answer is vanilla already.</exception>
    public abstract ValueTask RejectAsync(CancellationToken cancellationToken);

    /// <summary>Reads the finished answer again, unmerged, while the engine has nothing else to do, and tells how much of it the model would have written so.</summary>
    /// <remarks>The answer itself may be disposed meanwhile. It costs about an unmerged prompt, in pauses of the engine.</remarks>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>null where nothing of it was merged, where it is not comparable, or where enough answers wait to be compared.</returns>
    /// <exception cref="InvalidOperationException">The answer has not ended.</exception>
    public virtual ValueTask<AnswerAgreement?> CompareUnmergedAsync(CancellationToken cancellationToken) => new((AnswerAgreement?)null);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
