using Microsoft.Extensions.DependencyInjection.Extensions;
using Slerp.Engine;
using Slerp.Engine.TorchSharp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings the GPU backend.</summary>
public static class SlerpTorchSharpServiceCollectionExtensions
{
    /// <summary>Lets clients of this container name TorchSharp's backends ("cuda", "cuda:1", "torch-cpu") as their engine's Backend. Calling it again changes nothing.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSlerpTorchSharp(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<BackendProvider, TorchSharpBackendProvider>());
        return services;
    }
}
