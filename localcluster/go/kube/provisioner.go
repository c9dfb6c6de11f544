package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const (
	provisionedBy         = "pv.kubernetes.io/provisioned-by"
	claimProvisioner      = "volume.kubernetes.io/storage-provisioner"
	defaultProvisioner    = "swirl.dev/directory"
	volumeDirectoryPrefix = "pvc-"
)

// errUnsupported marks a claim that no number of retries can satisfy.
var errUnsupported = errors.New("unsupported claim")

// volumeProvisioner turns every PersistentVolumeClaim of its storage classes into a directory of
// the node that anybody may write: the in-tree host-path provisioner makes directories for root
// alone, which pods under the "restricted" Pod Security level cannot use.
type volumeProvisioner struct {
	name      string
	directory string
	client    kubernetes.Interface
	claims    corelisters.PersistentVolumeClaimLister
	volumes   corelisters.PersistentVolumeLister
	classes   storagelisters.StorageClassLister
	events    record.EventRecorder
	queue     workqueue.TypedRateLimitingInterface[workItem]
}

// workItem names one claim (namespace set) or one volume (namespace empty).
type workItem struct {
	namespace string
	name      string
}

func runVolumeProvisioner() int {
	flags := flag.NewFlagSet("volume-provisioner", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "file that says how to reach the API server")
	directory := flags.String("directory", "", "directory that holds one directory per volume")
	name := flags.String("name", defaultProvisioner, "provisioner name that storage classes refer to")
	if err := flags.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "volume-provisioner:", err)
		return 2
	}
	if *kubeconfig == "" || !filepath.IsAbs(*directory) {
		fmt.Fprintln(os.Stderr, "volume-provisioner: --kubeconfig and an absolute --directory are needed")
		return 2
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		fmt.Fprintln(os.Stderr, "volume-provisioner: kubeconfig:", err)
		return 1
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "volume-provisioner: client:", err)
		return 1
	}
	ctx := genericapiserver.SetupSignalContext()
	if err := provisionVolumes(ctx, client, *name, *directory); err != nil {
		fmt.Fprintln(os.Stderr, "volume-provisioner:", err)
		return 1
	}
	return 0
}

func provisionVolumes(ctx context.Context, client kubernetes.Interface, name, directory string) error {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})

	factory := informers.NewSharedInformerFactory(client, 0)
	claims := factory.Core().V1().PersistentVolumeClaims()
	volumes := factory.Core().V1().PersistentVolumes()
	classes := factory.Storage().V1().StorageClasses()
	p := &volumeProvisioner{
		name:      name,
		directory: directory,
		client:    client,
		claims:    claims.Lister(),
		volumes:   volumes.Lister(),
		classes:   classes.Lister(),
		events:    broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: name}),
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.NewTypedItemExponentialFailureRateLimiter[workItem](100*time.Millisecond, 30*time.Second)),
	}
	for _, informer := range []cache.SharedIndexInformer{claims.Informer(), volumes.Informer()} {
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    p.enqueue,
			UpdateFunc: func(_, changed any) { p.enqueue(changed) },
		}); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
	}
	classes.Informer()
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("the first list of %v never finished", kind)
		}
	}
	klog.FromContext(ctx).Info("Provisioning volumes", "provisioner", name, "directory", directory)
	go wait.UntilWithContext(ctx, p.work, time.Second)
	<-ctx.Done()
	p.queue.ShutDown()
	factory.Shutdown()
	return nil
}

func (p *volumeProvisioner) enqueue(object any) {
	switch o := object.(type) {
	case *corev1.PersistentVolumeClaim:
		if o.Spec.VolumeName == "" && o.Annotations[claimProvisioner] == p.name {
			p.queue.Add(workItem{namespace: o.Namespace, name: o.Name})
		}
	case *corev1.PersistentVolume:
		if o.Status.Phase == corev1.VolumeReleased && o.Annotations[provisionedBy] == p.name {
			p.queue.Add(workItem{name: o.Name})
		}
	}
}

func (p *volumeProvisioner) work(ctx context.Context) {
	for {
		item, stopped := p.queue.Get()
		if stopped {
			return
		}
		err := p.handle(ctx, item)
		switch {
		case err == nil || errors.Is(err, errUnsupported):
			p.queue.Forget(item)
		default:
			klog.FromContext(ctx).Error(err, "Will try again", "namespace", item.namespace, "name", item.name)
			p.queue.AddRateLimited(item)
		}
		p.queue.Done(item)
	}
}

func (p *volumeProvisioner) handle(ctx context.Context, item workItem) error {
	if item.namespace == "" {
		return p.remove(ctx, item.name)
	}
	claim, err := p.claims.PersistentVolumeClaims(item.namespace).Get(item.name)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil {
		return nil
	}
	if err := p.provision(ctx, claim); err != nil {
		p.events.Event(claim, corev1.EventTypeWarning, "ProvisioningFailed", err.Error())
		return err
	}
	return nil
}

func (p *volumeProvisioner) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if claim.Spec.StorageClassName == nil {
		return fmt.Errorf("%w: it names no storage class", errUnsupported)
	}
	if mode := claim.Spec.VolumeMode; mode != nil && *mode != corev1.PersistentVolumeFilesystem {
		return fmt.Errorf("%w: volume mode %s, only Filesystem is possible", errUnsupported, *mode)
	}
	if claim.Spec.Selector != nil {
		return fmt.Errorf("%w: volumes are made for the claim, a selector can match none", errUnsupported)
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if err != nil {
		return fmt.Errorf("storage class: %w", err)
	}
	volume := p.volumeFor(claim, class)
	path := volume.Spec.HostPath.Path
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("make the volume's directory: %w", err)
	}
	// The process's umask took bits away, and any user of any pod must be able to write here.
	if err := os.Chmod(path, 0o777); err != nil {
		return fmt.Errorf("open the volume's directory to everybody: %w", err)
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the volume: %w", err)
	}
	return nil
}

func (p *volumeProvisioner) volumeFor(
	claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass,
) *corev1.PersistentVolume {
	// The claim's uid in the name makes a repeat find what the first try made.
	name := volumeDirectoryPrefix + string(claim.UID)
	reclaim := corev1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	directory := corev1.HostPathDirectory
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{provisionedBy: p.name},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      claim.Spec.Resources.Requests,
			StorageClassName:              class.Name,
			PersistentVolumeReclaimPolicy: reclaim,
			MountOptions:                  class.MountOptions,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1",
				Kind:       "PersistentVolumeClaim",
				Namespace:  claim.Namespace,
				Name:       claim.Name,
				UID:        claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: filepath.Join(p.directory, name), Type: &directory},
			},
		},
	}
}

func (p *volumeProvisioner) remove(ctx context.Context, name string) error {
	volume, err := p.volumes.Get(name)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete ||
		volume.Status.Phase != corev1.VolumeReleased || volume.DeletionTimestamp != nil {
		return nil
	}
	// Whoever may write a PersistentVolume could name any directory of the node in it.
	path := filepath.Join(p.directory, name)
	if volume.Spec.HostPath == nil || volume.Spec.HostPath.Path != path || !strings.HasPrefix(name, volumeDirectoryPrefix) {
		return fmt.Errorf("%w: volume %s does not live in %s", errUnsupported, name, p.directory)
	}
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove the volume's directory: %w", err)
	}
	err = p.client.CoreV1().PersistentVolumes().Delete(ctx, name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete the volume: %w", err)
	}
	return nil
}
