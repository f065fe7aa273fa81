using System.Text.Json;

namespace Slerp.Engine;

/// <summary>A tool offered to the model. Immutable; thread-safe as long as the document behind <see cref="Parameters"/> lives.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Description">What it does, for the model; may be empty.</param>
/// <param name="Parameters">The JSON schema of its arguments.</param>
public sealed record ChatTool(string Name, string Description, JsonElement Parameters);
