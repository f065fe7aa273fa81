using System.Text.Json;

namespace Slerp.Engine.Templates;

/// <summary>What a template renders.</summary>
internal sealed record ChatTemplateInput
{
    public required IReadOnlyList<ChatTurn> Turns { get; init; }

    /// <summary>The tools offered; templates see none as null.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Whether the prompt ends with the opening of an assistant turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Further variables of the template (enable_thinking, documents, …). Their strings count as conversation, not as template.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();
}
