using Microsoft.Extensions.AI;
using Slerp.Connector.Translation;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Writes whose a request is into a copy of its options. Thread-safe.</summary>
internal sealed class TenantChatClient(IChatClient inner, Func<ChatOptions?, string?> tenant) : DelegatingChatClient(inner)
{
    /// <inheritdoc />
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetResponseAsync(messages, WithTenant(options), cancellationToken);

    /// <inheritdoc />
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetStreamingResponseAsync(messages, WithTenant(options), cancellationToken);

    private ChatOptions? WithTenant(ChatOptions? options)
    {
        // A key without a value is no word of the request: it would share with everybody who has none.
        if (new PropertyReader(options?.AdditionalProperties).Text(SlerpProperties.Tenant) is not null || tenant(options) is not { } name)
        {
            return options;
        }

        var told = options?.Clone() ?? new ChatOptions();
        (told.AdditionalProperties ??= [])[SlerpProperties.Tenant] = name;
        return told;
    }
}
