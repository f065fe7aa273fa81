using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>What attributes cannot say: files that must be there.</summary>
internal sealed class SlerpEmbeddingGeneratorOptionsCrossValidator : IValidateOptions<SlerpEmbeddingGeneratorOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpEmbeddingGeneratorOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        CheckpointCheck.AddFaults(options.ModelId, options.ModelPath, options.Engine, failures);
        return failures.Build();
    }
}
