using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>What attributes cannot say: files that must be there.</summary>
internal sealed class SlerpEmbeddingGeneratorOptionsCrossValidator : IValidateOptions<SlerpEmbeddingGeneratorOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpEmbeddingGeneratorOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.ModelId is { } id && string.IsNullOrWhiteSpace(id))
        {
            failures.AddError("is empty; leave it null to use the folder's name.", nameof(options.ModelId));
        }

        CheckpointCheck.AddFaults(options.ModelPath, failures);
        CheckpointCheck.AddAdapterFaults(options.Engine?.AdapterPath, failures);
        return failures.Build();
    }
}
