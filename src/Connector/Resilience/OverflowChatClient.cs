using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Translation;

namespace Slerp.Connector.Resilience;

/// <summary>Answers with the local model; what it cannot take goes to another client, such as an OpenAI-compatible server.</summary>
/// <remarks>
/// A stream before its first update only: what was streamed is never taken back or continued by another model. An answer in one piece at any time: of one that
/// failed halfway nothing has been seen, and the other client begins anew. Never after the caller's own cancellation, and never for a fault of the request itself. The other client stays its owner's: it is not disposed here.
/// <para>
/// The conversation stays stateless whoever answers: a conversation id of the other client is not handed on. Function invokers and agents take one for
/// "the server keeps the history" and send what is new alone; the next request may be the local model's again, which would know nothing of the rest.
/// An id the caller sets by itself is the caller's word to the other client and reaches it.
/// </para>
/// <para>Both clients are asked the same: messages and options as they were at the call, whatever becomes of them until the answer is read.</para>
/// </remarks>
internal sealed class OverflowChatClient(IChatClient local, IChatClient other, ChatClientServices services) : DelegatingChatClient(local)
{
    private string ModelId => InnerClient.GetService<ChatClientMetadata>()?.DefaultModelId ?? "";

    /// <inheritdoc />
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = Taken(messages);
        options = options?.Clone();
        var forOther = ForOther(options);
        try
        {
            return await InnerClient.GetResponseAsync(given, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (Takes(failure, cancellationToken))
        {
            Tell(failure);
        }

        return Stateless(await other.GetResponseAsync(given, forOther, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc />
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = Taken(messages);
        options = options?.Clone();
        return StreamAsync(InnerClient.GetStreamingResponseAsync(given, options, cancellationToken), given, ForOther(options), cancellationToken);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IAsyncEnumerable<ChatResponseUpdate> answer,
        ChatMessage[] messages,
        ChatOptions? forOther,
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

        await foreach (var update in other.GetStreamingResponseAsync(messages, forOther, cancellationToken).ConfigureAwait(false))
        {
            yield return Stateless(update);
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

    private static ChatMessage[] Taken(IEnumerable<ChatMessage> messages)
    {
        ChatMessage[] taken = [.. CallersRequest.Take(messages).Select(static message => message.Clone())];
        foreach (var message in taken)
        {
            // A clone shares the list.
            message.Contents = [.. message.Contents];
        }

        return taken;
    }

    private static bool Takes(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && Overflow.ReasonOf(failure) is not null;

    private void Tell(Exception failure)
    {
        var reason = Overflow.ReasonOf(failure)!;
        services.Logger.Overflowed(ModelId, reason, failure);
        services.Instruments.Overflowed(ModelId, reason);
    }

    private static ChatResponse Stateless(ChatResponse response) => response.ConversationId is null ? response : new ChatResponse(response.Messages)
    {
        ResponseId = response.ResponseId,
        ModelId = response.ModelId,
        CreatedAt = response.CreatedAt,
        FinishReason = response.FinishReason,
        Usage = response.Usage,
        RawRepresentation = response.RawRepresentation,
        AdditionalProperties = response.AdditionalProperties,
    };

    private static ChatResponseUpdate Stateless(ChatResponseUpdate update)
    {
        if (update.ConversationId is null)
        {
            return update;
        }

        var clone = update.Clone();
        clone.ConversationId = null;
        return clone;
    }

    // The local model's id and own keys mean nothing elsewhere; an answer made in the background could not be asked for here.
    private ChatOptions? ForOther(ChatOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        var clone = options.Clone();
        clone.ModelId = clone.ModelId == ModelId ? null : clone.ModelId;
#pragma warning disable MEAI001 // Experimental in the abstractions; leaving it out needs its name.
        clone.AllowBackgroundResponses = null;
#pragma warning restore MEAI001
        foreach (var key in clone.AdditionalProperties?.Keys.Where(KnownProperties.IsOwn).ToArray() ?? [])
        {
            clone.AdditionalProperties!.Remove(key);
        }

        return clone;
    }
}
