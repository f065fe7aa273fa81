using Slerp.Engine.Decoding;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>Reads the texts of one request through the engine loop, as many at once as it runs, in one batch with whatever else is asked.</summary>
internal sealed class EmbeddingRun(LoadedModel model, EngineLoop loop, TimeProvider time, int maxAtOnce)
{
    /// <summary>The vectors. Every text is checked before the first is read.</summary>
    /// <exception cref="ContextLengthException">A text does not fit.</exception>
    /// <exception cref="CapacityException">The queue is full as the call comes. Once it is under way, each text waits for a place instead: what was read is not lost.</exception>
    public async Task<EmbeddingResult> RunAsync(EmbeddingRequest request, CancellationToken cancellationToken)
    {
        loop.ThrowIfFull();
        var texts = request.Texts.Select(text => Encode(text, cancellationToken)).ToArray();
        var vectors = new ReadOnlyMemory<float>[texts.Length];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = maxAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, texts.Length),
            limits,
            async (index, cancellation) => vectors[index] = await ReadAsync(texts[index], request.Pooling, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return new EmbeddingResult(vectors, texts.Sum(static tokens => tokens.Length));
    }

    private int[] Encode(string text, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(text, nameof(EmbeddingRequest.Texts));
        var tokens = model.Prompts.EncodeWhole(text, cancellationToken);
        return tokens.Length < model.Info.ContextTokens ? tokens : throw new ContextLengthException(tokens.Length, model.Info.ContextTokens);
    }

    private async Task<float[]> ReadAsync(int[] tokens, Pooling pooling, CancellationToken cancellationToken)
    {
        var pool = new HiddenPool(pooling);
        var sequence = new Sequence(tokens, pool, new StopRules(model.Tokenizer, model.EndTokens, maxTokens: 1, []), new SequenceClock(time));
        await loop.SubmitWhenFreeAsync(sequence, cancellationToken).ConfigureAwait(false);
        await loop.WaitForReadingAsync(sequence, cancellationToken).ConfigureAwait(false);
        return pool.Vector();
    }
}
