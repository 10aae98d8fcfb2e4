export { reasonOf } from '@herald/domain';
