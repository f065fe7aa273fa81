using System.Text.Json;

namespace Slerp.Engine;

/// <summary>What the model is asked to continue. A closed union.</summary>
public abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>A conversation, rendered by the checkpoint's chat template.</summary>
    /// <param name="Turns">The turns, oldest first. May be empty: the template's bare prompt.</param>
    /// <param name="Tools">The tools offered.</param>
    /// <param name="Variables">Further template variables, such as enable_thinking.</param>
    public sealed record Conversation(
        IReadOnlyList<ChatTurn> Turns,
        IReadOnlyList<ChatTool> Tools,
        IReadOnlyDictionary<string, JsonElement> Variables) : Prompt;

    /// <summary>Text continued as it stands, without a chat template. Control tokens in it are text like any other.</summary>
    /// <param name="Text">The text.</param>
    public sealed record Raw(string Text) : Prompt;
}
