using System.Text.Json;

namespace Slerp.Engine;

/// <summary>A call an assistant turn made.</summary>
/// <param name="Id">Its id in the conversation.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments, a JSON object.</param>
public sealed record ChatToolCall(string Id, string Name, JsonElement Arguments);
