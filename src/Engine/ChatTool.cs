using System.Text.Json;

namespace Slerp.Engine;

/// <summary>A tool the model may call.</summary>
/// <param name="Name">The name the model writes.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Parameters">JSON Schema of the arguments object.</param>
public sealed record ChatTool(string Name, string Description, JsonElement Parameters);
