using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Slerp.Connector;
using Slerp.Connector.DependencyInjection;
using Slerp.Connector.Options;
using Slerp.Engine;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a local language model as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <remarks>
/// All services are singletons. Registered are <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of text and the concrete
/// <see cref="SlerpEmbeddingGenerator"/>, keyed where a key is given. A generator of a checkpoint that a chat client of the same container uses
/// shares its engine and weights, unless it names engine settings of its own.
/// </remarks>
public static class SlerpEmbeddingServiceCollectionExtensions
{
    /// <summary>Registers the embedded model as the default generator.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSlerpEmbeddingGenerator(this IServiceCollection services) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, _ => { });

    /// <summary>Registers the default generator.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSlerpEmbeddingGenerator(this IServiceCollection services, Action<SlerpEmbeddingGeneratorOptions> configure) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, configure);

    /// <summary>Registers the default generator from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section that holds the options. Keys it does not know are errors.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSlerpEmbeddingGenerator(this IServiceCollection services, IConfiguration section) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, section);

    /// <summary>Registers a generator under a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default generator.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddKeyedSlerpEmbeddingGenerator(
        this IServiceCollection services, object? serviceKey, Action<SlerpEmbeddingGeneratorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SlerpEmbeddingGeneratorOptions>(SharedServices.OptionsName(serviceKey)).Configure(configure).ValidateOnStart();
        return Register(services, serviceKey);
    }

    /// <summary>Registers a generator under a key from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default generator.</param>
    /// <param name="section">The section that holds the options. Keys it does not know are errors.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddKeyedSlerpEmbeddingGenerator(this IServiceCollection services, object? serviceKey, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<SlerpEmbeddingGeneratorOptions>(SharedServices.OptionsName(serviceKey))
            .Bind(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        return Register(services, serviceKey);
    }

    private static IServiceCollection Register(IServiceCollection services, object? key)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlerpEmbeddingGeneratorOptions>, SlerpEmbeddingGeneratorOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SlerpEmbeddingGeneratorOptions>, SlerpEmbeddingGeneratorOptionsCrossValidator>());
        SharedServices.Add(services);
        services.TryAddKeyedSingleton(key, (provider, _) => Create(provider, key));
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            key, (provider, _) => provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>(key));
        return services;
    }

    private static SlerpEmbeddingGenerator Create(IServiceProvider provider, object? key)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<SlerpEmbeddingGeneratorOptions>>().Get(SharedServices.OptionsName(key));
        return new SlerpEmbeddingGenerator(
            SharedServices.Host(provider, EngineSettings(provider, options), key), options, SharedServices.Reporting<SlerpEmbeddingGenerator>(provider));
    }

    private static EngineOptions EngineSettings(IServiceProvider provider, SlerpEmbeddingGeneratorOptions options)
    {
        if (options.Engine is not null)
        {
            return options.ToEngineOptions();
        }

        var chats = provider.GetRequiredService<IOptionsMonitor<SlerpChatClientOptions>>();
        var folder = Path.GetFullPath(options.ResolvedModelPath);
        return provider.GetServices<ChatClientRegistration>()
            .Select(registration => chats.Get(SharedServices.OptionsName(registration.Key)))
            .FirstOrDefault(chat => Path.GetFullPath(chat.ResolvedModelPath) == folder)
            ?.ToEngineOptions() ?? options.ToEngineOptions();
    }
}
