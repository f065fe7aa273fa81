using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Resilience;

/// <summary>Answers with the local model; what it cannot take goes to another client, such as an OpenAI-compatible server.</summary>
/// <remarks>
/// Before the first update only: what was streamed is never taken back or continued by another model. Never after the caller's own cancellation, and never
/// for a fault of the request itself. The other client stays its owner's: it is not disposed here.
/// </remarks>
internal sealed class OverflowChatClient(IChatClient local, IChatClient other, ChatClientServices services) : DelegatingChatClient(local)
{
    private string ModelId => InnerClient.GetService<ChatClientMetadata>()?.DefaultModelId ?? "";

    /// <inheritdoc />
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await foreach (var update in InnerClient.GetStreamingResponseAsync(given, options, cancellationToken).ConfigureAwait(false))
            {
                updates.Add(update);
            }

            return updates.ToChatResponse();
        }
        catch (Exception failure) when (updates.Count == 0 && Takes(failure, cancellationToken))
        {
            Tell(failure);
        }

        return await other.GetResponseAsync(given, ForOther(options), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
        return StreamAsync(InnerClient.GetStreamingResponseAsync(given, options, cancellationToken), given, options, cancellationToken);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IAsyncEnumerable<ChatResponseUpdate> answer,
        IReadOnlyCollection<ChatMessage> messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var updates = answer.GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            if (await TryBeginAsync(updates, cancellationToken).ConfigureAwait(false) is { } hasUpdate)
            {
                for (; hasUpdate; hasUpdate = await updates.MoveNextAsync().ConfigureAwait(false))
                {
                    yield return updates.Current;
                }

                yield break;
            }
        }

        await foreach (var update in other.GetStreamingResponseAsync(messages, ForOther(options), cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    /// <summary>Whether the local answer has a first update; null where the other client has to answer.</summary>
    private async ValueTask<bool?> TryBeginAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Takes(failure, cancellationToken))
        {
            Tell(failure);
            return null;
        }
    }

    private static bool Takes(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && Overflow.ReasonOf(failure) is not null;

    private void Tell(Exception failure)
    {
        var reason = Overflow.ReasonOf(failure)!;
        services.Logger.Overflowed(ModelId, reason, failure);
        services.Instruments.Overflowed(ModelId, reason);
    }

    // The local model's id and own keys mean nothing elsewhere.
    private ChatOptions? ForOther(ChatOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        var clone = options.Clone();
        clone.ModelId = clone.ModelId == ModelId ? null : clone.ModelId;
        foreach (var key in clone.AdditionalProperties?.Keys.Where(static key => key.StartsWith("slerp.", StringComparison.Ordinal)).ToArray() ?? [])
        {
            clone.AdditionalProperties!.Remove(key);
        }

        return clone;
    }
}
