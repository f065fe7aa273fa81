using Microsoft.Extensions.Options;
using Slerp.Engine;

namespace Slerp.Connector.Options;

/// <summary>What attributes cannot say: files that must be there, and names of what the application registers.</summary>
/// <param name="backends">The backends that the application brings; null for none.</param>
internal sealed class SlerpEmbeddingGeneratorOptionsCrossValidator(IEnumerable<BackendProvider>? backends = null) : IValidateOptions<SlerpEmbeddingGeneratorOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpEmbeddingGeneratorOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        CheckpointCheck.AddFaults(options.ModelId, options.ModelPath, options.Engine, failures);
        EngineCheck.AddFaults(options.Engine, backends, failures);
        return failures.Build();
    }
}
