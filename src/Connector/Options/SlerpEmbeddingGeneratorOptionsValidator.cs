using Microsoft.Extensions.Options;

namespace Slerp.Connector.Options;

/// <summary>Ranges of single fields; generated from their attributes.</summary>
[OptionsValidator]
internal sealed partial class SlerpEmbeddingGeneratorOptionsValidator : IValidateOptions<SlerpEmbeddingGeneratorOptions>;
