using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Goes on with a registration of a Slerp embedding generator.</summary>
public interface ISlerpEmbeddingGeneratorBuilder
{
    /// <summary>The services it is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key it is registered under; null for the default generator.</summary>
    object? ServiceKey { get; }

    /// <summary>Wraps the registered generator. The first one used is the outermost, as in Microsoft.Extensions.AI's own pipeline.</summary>
    /// <param name="middleware">From the inner generator to the one to use.</param>
    /// <returns>This builder.</returns>
    ISlerpEmbeddingGeneratorBuilder Use(
        Func<IEmbeddingGenerator<string, Embedding<float>>, IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> middleware);
}
