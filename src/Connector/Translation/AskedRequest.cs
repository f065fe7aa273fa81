using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>What a caller asked, as it was when the answer was first waited for (a stream: at its first step): what is changed in its lists afterwards changes nothing.</summary>
/// <param name="Options">The options, a copy; null for none.</param>
/// <param name="Prompt">The messages, translated; a conversation with its tools.</param>
internal sealed record AskedRequest(ChatOptions? Options, Prompt Prompt)
{
    /// <summary>The tools offered; empty where the text is continued as it stands.</summary>
    public IReadOnlyList<ChatTool> Tools => (Prompt as Prompt.Conversation)?.Tools ?? [];
}
