using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Collects middleware until the generator is first resolved.</summary>
internal sealed class SlerpEmbeddingGeneratorBuilder(IServiceCollection services, object? serviceKey) : ISlerpEmbeddingGeneratorBuilder
{
    private readonly Middleware<IEmbeddingGenerator<string, Embedding<float>>> _middleware = new("AddSlerpEmbeddingGenerator");

    /// <inheritdoc />
    public IServiceCollection Services => services;

    /// <inheritdoc />
    public object? ServiceKey => serviceKey;

    /// <inheritdoc />
    public ISlerpEmbeddingGeneratorBuilder Use(
        Func<IEmbeddingGenerator<string, Embedding<float>>, IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>The generator inside its middleware.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Build(IServiceProvider provider) =>
        _middleware.Around(provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>(serviceKey), provider);
}
